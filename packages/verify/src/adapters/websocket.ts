import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { readBearer } from "../bearer.ts";
import { AuthError } from "../errors.ts";
import { createGuard, type GuardedRequest, type GuardOptions } from "../guard.ts";
import { httpProblem } from "../http-problem.ts";
import { authorizationFields } from "../node-headers.ts";
import { type PathAccess, type PathRoute, readPathRoute } from "../path-route.ts";
import type { Principal, TokenClaims } from "../principal.ts";
import { notFound, refuse as refusal } from "../problem.ts";
import { hasQueryToken } from "../query-token.ts";
import { pathOfTarget } from "../request-target.ts";
import { warnOfFault } from "../websocket/fault.ts";
import { answer } from "../websocket/raw-answer.ts";
import { openSession, type SocketSession } from "../websocket/session.ts";
import { readProtocols } from "../websocket/subprotocol.ts";
import { Watch } from "../websocket/watch.ts";

export type { PathRoute, SocketSession };

/** Options of {@link usher}: those of a guard. */
export type UsherOptions<Claims = TokenClaims> = GuardOptions<Claims, IncomingMessage>;

/** A listener for the `upgrade` event of a `node:http` or `node:https` server. */
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Completes an upgrade that was let in. */
export type UpgradeHandler<Params, Claims = TokenClaims> = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  session: SocketSession<Params, Claims>,
) => void;

/** Guards upgrades. */
export interface SocketGuard<Claims = TokenClaims> {
  /**
   * Makes a server's only `upgrade` listener: its handler runs for a valid token only, and on the owner's own path only.
   *
   * @throws {ConfigurationError} A pattern or a policy that is none; an owner parameter in another spelling.
   */
  protect<const Path extends string>(
    route: PathRoute<Path, Claims>,
    handler: UpgradeHandler<PathAccess<Path, Claims>["params"], Claims>,
  ): UpgradeListener;
  /**
   * The session of a request that was let in.
   *
   * @throws {Error} The request did not come through {@link protect}.
   */
  sessionOf(request: IncomingMessage): AnySession<Claims>;
}

/** A session on any path. */
export type AnySession<Claims = TokenClaims> = SocketSession<Readonly<Record<string, string>>, Claims>;

type Credentials = Pick<GuardedRequest, "authorization" | "tokenInQuery">;

const internalError = refusal(httpProblem(500), {});

/**
 * Guards WebSockets, whatever library serves them (`ws`, Socket.IO): a socket is opened for a valid token only, and
 * closed with 4401 within a second when that token expires or is revoked, unless a fresh one was sent on it.
 *
 * The token comes in the `Authorization` header or, from a browser, as `Sec-WebSocket-Protocol: bearer, <token>`; it is
 * taken out of the latter, so that no server can echo it. What is refused is answered with HTTP, before any upgrade.
 * Does not check what is sent on the socket, nor its origin: a bearer token is sent by nobody's browser on its own.
 *
 * @throws {ConfigurationError} A bad option.
 */
export function usher<Claims = TokenClaims>(options: UsherOptions<Claims>): SocketGuard<Claims> {
  const guard = createGuard<Claims, IncomingMessage>(options);
  const { verifier } = options;
  const watch = new Watch();
  const sessions = new WeakMap<IncomingMessage, AnySession<Claims>>();

  function protect(route: PathRoute<string, Claims>, handler: UpgradeHandler<never, Claims>): UpgradeListener {
    const { match, policies } = readPathRoute(route, guard.ownerParams);
    return (request, socket, head) => {
      // A connection that breaks while it is looked at must not bring the process down.
      socket.on("error", () => {});
      const place = match(pathOfTarget(request.url ?? ""));
      const params = place?.params ?? {};
      const ownerParams = guard.ownerParams.filter((name) => Object.hasOwn(params, name));
      const access = { params, ownerParams, policies: place && policies };
      const credentials = takeCredentials(request);

      function open(principal: Principal<Claims>): void {
        if (place === undefined) answer(socket, notFound);
        // Else the client may have left while keys were fetched.
        if (place === undefined || socket.destroyed) return;
        const token = readBearer(credentials.authorization, credentials.tokenInQuery);
        const session = openSession({ guard, verifier, watch, request, socket, token, principal, access });
        sessions.set(request, session);
        handler(request, socket, head, session as never);
      }

      let admitted: Principal<Claims> | Promise<Principal<Claims>>;
      try {
        admitted = guard.admit({ ...credentials, ...access, source: request });
      } catch (error) {
        return refuse(error, request, socket);
      }
      // Outside of the try: what the handler throws is not the guard's.
      if (admitted instanceof Promise) admitted.then(open, (error: unknown) => refuse(error, request, socket));
      else open(admitted);
    };
  }

  function refuse(error: unknown, request: IncomingMessage, socket: Duplex): void {
    const isVerdict = error instanceof AuthError;
    if (!isVerdict) warnOfFault(error);
    answer(socket, isVerdict ? guard.refuse(error, request) : internalError);
  }

  function sessionOf(request: IncomingMessage): AnySession<Claims> {
    const session = sessions.get(request);
    if (session === undefined) throw new Error("This request was not let in by protect(): it has no session.");
    return session;
  }

  return { protect: protect as SocketGuard<Claims>["protect"], sessionOf };
}

/** What the request brings to be let in by. The token is taken out of the subprotocols, so that no server sends it back. */
function takeCredentials({ url = "", headers, rawHeaders }: IncomingMessage): Credentials {
  const { token, protocols } = readProtocols(headers["sec-websocket-protocol"]);
  if (token !== undefined) headers["sec-websocket-protocol"] = protocols;
  const fields = [authorizationFields(rawHeaders) ?? []].flat();
  return {
    authorization: token === undefined ? fields : [...fields, `Bearer ${token}`],
    tokenInQuery: hasQueryToken(url),
  };
}
