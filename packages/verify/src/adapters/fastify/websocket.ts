import type { FastifyRequest } from "fastify";
import { readBearer } from "../../access/bearer.ts";
import type { Guard, RouteAccess } from "../../access/guard.ts";
import type { Principal } from "../../claims/principal.ts";
import type { RegisteredClaims } from "../../claims/register.ts";
import { type AuthorizationFields, authorizationOf } from "../../http/authorization.ts";
import type { Verifier } from "../../verifier/verifier.ts";
import { rawConnection } from "../../websocket/connection.ts";
import { takeSubprotocolToken } from "../../websocket/credentials.ts";
import { openSession, type SocketSession } from "../../websocket/session.ts";
import { Watch } from "../../websocket/watch.ts";

type AnySession = SocketSession<Readonly<Record<string, string>>, RegisteredClaims>;

const sessions = new WeakMap<object, AnySession>();

/**
 * Returns the session of a WebSocket, in a handler of `@fastify/websocket`. Pass renewals to it, and read the
 * latest principal from it: `request.principal` stays the one that opened the socket.
 *
 * On a route with `optionalAuth`, look at `request.optionalPrincipal` first: a socket without a token has no
 * session, and stays open.
 *
 * @throws {Error} The guard did not accept this request as an upgrade: it is not one, its route is public, or
 *   it has no token.
 *
 * @example
 * ```ts
 * import websocket from "@fastify/websocket";
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { sessionOf, usher } from "@usher-auth/verify/fastify";
 * import fastify from "fastify";
 *
 * const app = fastify();
 * await app.register(websocket);
 * await app.register(usher, { verifier: verifierFromEnv(), ownerParam: "userId" });
 *
 * app.get("/api/:userId/live", { websocket: true }, (socket, request) => {
 *   const session = sessionOf(request);
 *   socket.on("message", (data: Buffer) => socket.send(`${session.principal.id} says ${data}`));
 * });
 * ```
 */
export function sessionOf(request: FastifyRequest): AnySession {
  const session = sessions.get(request.raw);
  if (session === undefined)
    throw new Error("This request was not accepted as an upgrade: it has no session.");
  return session;
}

/** Guards the upgrades that `@fastify/websocket` sends through Fastify's hooks. */
export interface UpgradeGuard {
  /**
   * Returns every credential of an upgrade: its `Authorization` fields, and the token among its subprotocols.
   * Removes that token from the header.
   */
  authorizationOf(request: FastifyRequest): AuthorizationFields;
  /** Opens the session of an accepted upgrade. */
  open(
    request: FastifyRequest,
    principal: Principal<RegisteredClaims>,
    access: RouteAccess<RegisteredClaims>,
  ): void;
}

export function createUpgradeGuard(
  guard: Guard<RegisteredClaims, FastifyRequest>,
  verifier: Verifier<RegisteredClaims>,
): UpgradeGuard {
  const watch = new Watch();
  const credentials = new WeakMap<object, readonly string[]>();

  return {
    authorizationOf({ raw }) {
      const fields = [...[authorizationOf(raw) ?? []].flat(), ...takeSubprotocolToken(raw.headers)];
      credentials.set(raw, fields);
      return fields;
    },
    open(request, principal, { params, ownerParams, owner, policies }) {
      const { raw } = request;
      const parts = { guard, verifier, watch, request, principal, connection: rawConnection(raw.socket) };
      const { session, closed } = openSession({
        ...parts,
        token: readBearer(credentials.get(raw), false),
        // The current parameters. Changes by schemas and hooks are checked separately.
        access: {
          params: Object.freeze({ ...params }) as Record<string, string>,
          ownerParams,
          owner,
          policies,
        },
      });
      raw.socket.once("close", closed);
      sessions.set(raw, session);
    },
  };
}
