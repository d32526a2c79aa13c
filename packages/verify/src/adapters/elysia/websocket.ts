import { readBearer } from "../../access/bearer.ts";
import type { Guard } from "../../access/guard.ts";
import type { Principal, TokenClaims } from "../../claims/principal.ts";
import { hasQueryToken } from "../../http/request-target.ts";
import type { Verifier } from "../../verifier/verifier.ts";
import { type OpenSession, openSession, type SocketSession } from "../../websocket/session.ts";
import { Watch } from "../../websocket/watch.ts";
import { announcedProtocol, upgradeAuthorization } from "../../websocket/web-credentials.ts";
import type { Decide } from "./decide.ts";
import type { ElysiaRoute } from "./routes.ts";

/** The parts of a socket of `app.ws` that the guard uses. */
interface ElysiaSocket {
  readonly data: { readonly request: Request; readonly params?: Readonly<Record<string, string>> };
  close(code?: number, reason?: string): unknown;
  terminate(): unknown;
}

/** The options of `app.ws`. Elysia reads them at each event. */
interface SocketOptions {
  upgrade?: object | ((context: UpgradeContext) => unknown);
  open?(socket: ElysiaSocket): unknown;
  message?(socket: ElysiaSocket, message: unknown): unknown;
  close?(socket: ElysiaSocket, code: number, reason: string): unknown;
}

interface UpgradeContext {
  readonly request: Request;
  readonly set: { readonly headers: Record<string, unknown> };
}

type AnySession<Claims> = SocketSession<Readonly<Record<string, string>>, Claims>;

const sessions = new WeakMap<Request, OpenSession<never>>();

/**
 * Returns the session of a socket, in a handler of `app.ws`. Its principal is the latest one. Renewal
 * messages (`usher.renew <token>`) do not reach your handler. On a route with `optionalAuth`, look at
 * `ws.data.optionalPrincipal` first: a socket without a token has no session, and stays open.
 *
 * @throws {Error} The guard did not accept this socket: its route is public, or it has no token.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { sessionOf, usher } from "@usher-auth/verify/elysia";
 * import { Elysia } from "elysia";
 *
 * new Elysia().use(usher({ verifier: verifierFromEnv(), ownerParam: "userId" })).ws("/api/:userId/live", {
 *   message: (ws, data) => void ws.send(`${sessionOf(ws).principal.id} says ${data}`),
 * });
 * ```
 */
export function sessionOf<Claims = TokenClaims>(socket: { readonly data: object }): AnySession<Claims> {
  const opened = sessions.get((socket as ElysiaSocket).data.request);
  if (opened === undefined) throw new Error("This socket was not accepted by the guard: it has no session.");
  return opened.session as unknown as AnySession<Claims>;
}

/** Makes the sockets of these routes close when their tokens end. Call it before the first one opens. */
export type GuardSockets = (routes: readonly ElysiaRoute[]) => void;

export function createSocketGuard<Claims>(
  guard: Guard<Claims, Request>,
  verifier: Verifier<Claims>,
  decide: Decide<Claims>,
): GuardSockets {
  const watch = new Watch();
  const guarded = new WeakSet<object>();

  return (routes) => {
    for (const { method, hooks } of routes) {
      const { websocket } = hooks as { readonly websocket?: SocketOptions };
      if (method !== "WS" || websocket === undefined || guarded.has(websocket)) continue;
      guarded.add(websocket);
      guardSocket(websocket);
    }
  };

  function guardSocket(options: SocketOptions): void {
    const { upgrade, open, message, close } = options;
    options.upgrade = (context) => {
      const result = typeof upgrade === "function" ? upgrade(context) : undefined;
      if (typeof upgrade === "object") Object.assign(context.set.headers, upgrade);
      // A browser only accepts a subprotocol that it offered, and the token is among those.
      const protocol = announcedProtocol(context.request.headers);
      if (protocol !== undefined) context.set.headers["sec-websocket-protocol"] ??= protocol;
      return result;
    };
    options.open = (socket) => {
      start(socket);
      return open?.call(options, socket);
    };
    options.message = (socket, data) => {
      if (sessions.get(socket.data.request)?.session.takesRenewal(data) === true) return undefined;
      return message?.call(options, socket, data);
    };
    options.close = (socket, code, reason) => {
      sessions.get(socket.data.request)?.closed();
      return close?.call(options, socket, code, reason);
    };
  }

  function start(socket: ElysiaSocket): void {
    const { request, params = {} } = socket.data;
    const decision = decide.last(request);
    // The route is public, or a token is optional and there is none: nothing ends this socket.
    if (decision?.principal === undefined) return;
    const opened = openSession<Claims, Request>({
      guard,
      verifier,
      watch,
      request,
      connection: {
        close: (code, reason) => void socket.close(code, reason),
        destroy: () => void socket.terminate(),
      },
      token: readBearer(upgradeAuthorization(request.headers), hasQueryToken(request.url)),
      principal: decision.principal as Principal<Claims>,
      access: {
        params: Object.freeze({ ...params }),
        ownerParams: decision.isOwned ? guard.ownerParams.filter((name) => Object.hasOwn(params, name)) : [],
        owner: decision.owner,
        policies: decision.policies,
      },
    });
    sessions.set(request, opened as unknown as OpenSession<never>);
  }
}
