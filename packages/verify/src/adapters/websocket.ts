import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { readBearer } from "../access/bearer.ts";
import { createGuard, type GuardedRequest } from "../access/guard.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import { type PathAccess, type PathRoute, readPathRoute } from "../access/path-route.ts";
import type { Principal, TokenClaims } from "../claims/principal.ts";
import { isAuthError } from "../errors.ts";
import { authorizationOf } from "../http/authorization.ts";
import { httpProblem } from "../http/http-problem.ts";
import { notFound, refuse as refusal } from "../http/problem.ts";
import { hasQueryToken, pathOfTarget } from "../http/request-target.ts";
import { isThenable } from "../user-code/thenable.ts";
import { rawConnection } from "../websocket/connection.ts";
import { namesOtherConnection, takeSubprotocolToken } from "../websocket/credentials.ts";
import { warnOfFault } from "../websocket/fault.ts";
import { answer } from "../websocket/raw-answer.ts";
import { openSession, type SocketSession } from "../websocket/session.ts";
import { Watch } from "../websocket/watch.ts";

export type { PathRoute, SocketSession };

/**
 * Options of {@link usher}: those of a guard.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import type { UsherOptions } from "@usher-auth/verify/websocket";
 *
 * const options: UsherOptions = {
 *   verifier: verifierFromEnv(),
 *   ownerParam: "userId",
 *   onReject: ({ error }) => console.warn(error.code, error.hint),
 * };
 * ```
 */
export type UsherOptions<Claims = TokenClaims> = GuardOptions<Claims, IncomingMessage>;

/** A listener for the `upgrade` event of a `node:http` or `node:https` server. */
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * Completes an upgrade that was let in. What it throws, or rejects with, cuts the connection off and is a
 * process warning (`USHER_SOCKET_FAILED`): an event listener has nobody else to tell it to.
 */
export type UpgradeHandler<Params, Claims = TokenClaims> = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  session: SocketSession<Params, Claims>,
) => unknown;

/** Guards upgrades. */
export interface SocketGuard<Claims = TokenClaims> {
  /**
   * Makes a server's only `upgrade` listener: its handler runs for a valid token only, and on the owner's own
   * path only.
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
const otherConnection = refusal(httpProblem(400, "An upgrade must not name another connection (`sid`)."), {});

/**
 * Guards WebSockets, whatever library serves them (`ws`, Socket.IO): a socket is opened for a valid token
 * only, and closed with 4401 within a second when that token expires or is revoked, unless a fresh one was
 * sent on it.
 *
 * The token comes in the `Authorization` header or, from a browser, as `Sec-WebSocket-Protocol: bearer,
 * <token>`; it is taken out of the latter, so that no server can echo it. What is refused is answered with
 * HTTP, before any upgrade. A query with `sid` is a 400 whatever the token: by it, Socket.IO's engine would
 * hand over another user's connection. Does not check what is sent on the socket, nor its origin: a bearer
 * token is sent by nobody's browser on its own.
 *
 * @throws {ConfigurationError} A bad option.
 *
 * @example
 * ```ts
 * import { createServer } from "node:http";
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { usher } from "@usher-auth/verify/websocket";
 * import { WebSocketServer } from "ws";
 *
 * const guard = usher({ verifier: verifierFromEnv(), ownerParam: "userId" });
 * const sockets = new WebSocketServer({ noServer: true });
 * export const server = createServer();
 * server.on(
 *   "upgrade",
 *   guard.protect({ path: "/api/:userId/live" }, (request, socket, head, session) => {
 *     sockets.handleUpgrade(request, socket, head, (webSocket) => {
 *       webSocket.on("message", (data) => {
 *         if (!session.takesRenewal(data)) webSocket.send(`${session.principal.id} says ${data}`);
 *       });
 *     });
 *   }),
 * );
 * ```
 */
export function usher<Claims = TokenClaims>(options: UsherOptions<Claims>): SocketGuard<Claims> {
  const guard = createGuard<Claims, IncomingMessage>(options);
  const { verifier } = options;
  const watch = new Watch();
  const sessions = new WeakMap<IncomingMessage, AnySession<Claims>>();

  function protect(
    route: PathRoute<string, Claims>,
    handler: UpgradeHandler<never, Claims>,
  ): UpgradeListener {
    const { match, policies } = readPathRoute(route, guard.ownerParams);
    return (request, socket, head) => {
      const connection = rawConnection(socket);
      const place = match(pathOfTarget(request.url ?? ""));
      // A handler gets them, and renewals are held to them.
      const params = Object.freeze(place?.params ?? {});
      const ownerParams = guard.ownerParams.filter((name) => Object.hasOwn(params, name));
      const access = { params, ownerParams, policies: place && policies };
      const credentials = takeCredentials(request);

      function open(principal: Principal<Claims>): void {
        const isOther = namesOtherConnection(request.url ?? "");
        if (isOther || place === undefined) answer(socket, isOther ? otherConnection : notFound);
        // Else the client may have left while keys were fetched.
        if (isOther || place === undefined || socket.destroyed) return;
        const token = readBearer(credentials.authorization, credentials.tokenInQuery);
        const opened = openSession({ guard, verifier, watch, request, connection, token, principal, access });
        socket.once("close", opened.closed);
        sessions.set(request, opened.session);
        // In a promise, so that what the handler throws, or rejects with, ends this connection and not the
        // process.
        new Promise((resolve) => resolve(handler(request, socket, head, opened.session as never))).catch(
          (error) => {
            warnOfFault(error, "the handler of a WebSocket failed");
            socket.destroy();
          },
        );
      }

      let admitted: Principal<Claims> | Promise<Principal<Claims>>;
      try {
        admitted = guard.admit({ ...credentials, ...access, source: request });
      } catch (error) {
        return refuse(error, request, socket);
      }
      // Outside of the try: what the handler throws is not the guard's.
      if (isThenable(admitted)) admitted.then(open, (error: unknown) => refuse(error, request, socket));
      else open(admitted);
    };
  }

  function refuse(error: unknown, request: IncomingMessage, socket: Duplex): void {
    const isVerdict = isAuthError(error);
    if (!isVerdict) warnOfFault(error);
    answer(socket, isVerdict ? guard.refuse(error, request) : internalError);
  }

  function sessionOf(request: IncomingMessage): AnySession<Claims> {
    const session = sessions.get(request);
    if (session === undefined)
      throw new Error("This request was not let in by protect(): it has no session.");
    return session;
  }

  return { protect: protect as SocketGuard<Claims>["protect"], sessionOf };
}

/**
 * What the request brings to be let in by. The token is taken out of the subprotocols, so that no server
 * sends it back.
 */
function takeCredentials(request: IncomingMessage): Credentials {
  const fields = [authorizationOf(request) ?? []].flat();
  const announced = takeSubprotocolToken(request.headers);
  return { authorization: [...fields, ...announced], tokenInQuery: hasQueryToken(request.url) };
}
