import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { createGuard } from "../access/guard.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import { createKnownRoutes } from "../access/known-routes.ts";
import { nodeHost } from "../access/node-host.ts";
import { type HandlerRules, type PathAccess, type PathRoute, readPathRoute } from "../access/path-route.ts";
import type { Principal, TokenClaims } from "../claims/principal.ts";
import { isAuthError } from "../errors.ts";
import { httpProblem } from "../http/http-problem.ts";
import { notFound, refuse as refusal } from "../http/problem.ts";
import { pathOfTarget } from "../http/request-target.ts";
import { isThenable } from "../user-code/thenable.ts";
import { namesOtherConnection } from "../websocket/credentials.ts";
import { warnOfFault } from "../websocket/fault.ts";
import { answer } from "../websocket/raw-answer.ts";
import type { SocketSession } from "../websocket/session.ts";
import { openSocketSession, upgradeCredentials } from "./websocket/sessions.ts";

export {
  openSocketSession,
  type SocketSessionOptions,
  type UpgradeCredentials,
  upgradeCredentials,
} from "./websocket/sessions.ts";
export type { HandlerRules, PathRoute, SocketSession };

/**
 * Options of {@link usher}. See {@link GuardOptions}.
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
 * Completes an accepted upgrade. If it throws or rejects, the connection is closed, and a process warning
 * (`USHER_SOCKET_FAILED`) says why.
 *
 * With `optionalAuth`, the session of an upgrade without a token is null. Such a socket belongs to no one and
 * stays open: there is no token that could end it, and no message makes it someone's.
 */
export type UpgradeHandler<Params, Claims = TokenClaims, Optional extends boolean = false> = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  session: SocketSession<Params, Claims> | (Optional extends true ? null : never),
) => unknown;

/** Guards the upgrades of a server. */
export interface SocketGuard<Claims = TokenClaims> {
  /**
   * Creates the server's `upgrade` listener. It must be the only one, because Node calls every listener. The
   * handler only runs with a valid token, and only on the owner's path.
   *
   * @throws {ConfigurationError} An invalid pattern or rule, another spelling of an owner parameter, or an
   *   owner rule that does not fit one of the patterns.
   */
  protect<const Path extends string, Optional extends boolean = false>(
    route: PathRoute<Path, Claims, Optional>,
    handler: UpgradeHandler<PathAccess<Path, Claims>["params"], Claims, Optional>,
  ): UpgradeListener;
  /**
   * Returns the session of an accepted request.
   *
   * @throws {Error} The request was not accepted by {@link protect}, or it has no token (`optionalAuth`).
   */
  sessionOf(request: IncomingMessage): AnySession<Claims>;
}

/** A session on any path. */
export type AnySession<Claims = TokenClaims> = SocketSession<Readonly<Record<string, string>>, Claims>;

const internalError = refusal(httpProblem(500), {});
const otherConnection = refusal(httpProblem(400, "An upgrade must not name another connection (`sid`)."), {});

/**
 * Guards WebSockets of any library that uses Node's `upgrade` event (`ws`, Socket.IO). A socket only opens
 * with a valid token. It closes with code 4401 within a second after the token expires or is revoked, unless
 * the client has sent a fresh token.
 *
 * The token comes in the `Authorization` header or, from a browser, as the subprotocol
 * `Sec-WebSocket-Protocol: bearer, <token>`. The guard removes it from that header, so that no server echoes
 * it. Rejected upgrades get an HTTP response. A query with `sid` is a 400, with any token: Socket.IO's engine
 * would hand over the connection with that id.
 *
 * Does not check messages. Does not check `Origin`, because browsers do not send bearer tokens on their own.
 *
 * @throws {ConfigurationError} An invalid option.
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
  const routes = createKnownRoutes<IncomingMessage>();
  const guard = createGuard<Claims, IncomingMessage>(options, nodeHost("websocket", routes.of));
  const { verifier } = options;
  const sessions = new WeakMap<IncomingMessage, AnySession<Claims>>();

  function protect(
    route: PathRoute<string, Claims, boolean>,
    handler: UpgradeHandler<never, Claims, boolean>,
  ): UpgradeListener {
    const { match, rules } = readPathRoute(route, guard.ownerParams);
    return (request, socket, head) => {
      // Without a listener, an `error` event of the socket would end the process.
      socket.on("error", () => {});
      const place = match(pathOfTarget(request.url ?? ""));
      // The session lasts longer than the upgrade, and may be refused later.
      routes.keep(request, place);
      // A path that matches no pattern is not optional.
      const isOptional = place !== undefined && rules.access === "optional";
      // The handler gets these parameters, and renewals are checked against them.
      const params = Object.freeze(place?.params ?? {});
      const ownerParams = isOptional ? [] : guard.ownerParams.filter((name) => Object.hasOwn(params, name));
      const { owner, policies } = rules;
      const access = { params, ownerParams, ...(place && { owner, policies }) };
      const credentials = upgradeCredentials(request);

      function open(principal: Principal<Claims> | null): void {
        const namesOther = namesOtherConnection(request.url ?? "");
        if (namesOther || place === undefined) answer(socket, namesOther ? otherConnection : notFound);
        // The client may have disconnected while keys were fetched.
        if (namesOther || place === undefined || socket.destroyed) return;
        const session = principal === null ? null : startSession(principal);
        // A promise, so that an error of the handler ends this connection and not the process.
        new Promise((resolve) => resolve(handler(request, socket, head, session as never))).catch((error) => {
          warnOfFault(error, "the handler of a WebSocket failed");
          socket.destroy();
        });
      }

      function startSession(principal: Principal<Claims>): AnySession<Claims> {
        const accesses = [access];
        const session = openSocketSession({
          guard,
          verifier,
          request,
          socket,
          credentials,
          principal,
          accesses,
        });
        sessions.set(request, session);
        return session;
      }

      let admitted: Principal<Claims> | null | Promise<Principal<Claims> | null>;
      try {
        const input = { ...credentials, source: request };
        admitted = isOptional ? guard.admitOptional(input) : guard.admit({ ...input, ...access });
      } catch (error) {
        return refuse(error, request, socket);
      }
      // Outside the `try`, which must not catch errors of the handler.
      if (isThenable(admitted)) admitted.then(open, (error: unknown) => refuse(error, request, socket));
      else open(admitted);
    };
  }

  function refuse(error: unknown, request: IncomingMessage, socket: Duplex): void {
    const isRejection = isAuthError(error);
    if (!isRejection) warnOfFault(error);
    answer(socket, isRejection ? guard.refuse(error, request) : internalError);
  }

  function sessionOf(request: IncomingMessage): AnySession<Claims> {
    const session = sessions.get(request);
    if (session === undefined)
      throw new Error("This request was not accepted by protect(): it has no session.");
    return session;
  }

  return { protect: protect as SocketGuard<Claims>["protect"], sessionOf };
}
