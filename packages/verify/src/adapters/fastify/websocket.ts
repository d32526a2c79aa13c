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
 * The session of a WebSocket's request, in a handler of `@fastify/websocket`: give it renewals, and read the
 * principal from it, which is the newest one. `request.principal` stays who opened the socket.
 *
 * @throws {Error} No guard let this request in as an upgrade: its route is public, or it is none.
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
  if (session === undefined) throw new Error("This request was not let in as an upgrade: it has no session.");
  return session;
}

/** Guards the upgrades that `@fastify/websocket` leads through Fastify's hooks. */
export interface UpgradeGuard {
  /**
   * Every credential of an upgrade: its `Authorization` fields, and the token among its subprotocols, which
   * is taken out.
   */
  authorizationOf(request: FastifyRequest): AuthorizationFields;
  /** Watches over the connection from now on. */
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
    open(request, principal, { params, ownerParams, policies }) {
      const { raw } = request;
      const parts = { guard, verifier, watch, request, principal, connection: rawConnection(raw.socket) };
      const { session, closed } = openSession({
        ...parts,
        token: readBearer(credentials.get(raw), false),
        // As they are now: what a schema or a hook makes of them is checked by itself.
        access: { params: Object.freeze({ ...params }) as Record<string, string>, ownerParams, policies },
      });
      raw.socket.once("close", closed);
      sessions.set(raw, session);
    },
  };
}
