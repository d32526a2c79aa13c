import type { Context } from "hono";
import type { WSContext, WSEvents } from "hono/ws";
import type { TokenClaims } from "../../claims/principal.ts";
import type { AuthorizationFields } from "../../http/authorization.ts";
import { combinedAuthorization } from "../../http/authorization.ts";
import type { Connection } from "../../websocket/connection.ts";
import type { OpenSession, SocketSession } from "../../websocket/session.ts";
import { isWebUpgrade, upgradeAuthorization } from "../../websocket/web-credentials.ts";
import { admissions } from "./admission.ts";

const sessions = new WeakMap<Context, OpenSession<never>>();

/** Reads `Authorization` or, for an upgrade without it, the token among the subprotocols. */
export function credentialsOf(headers: Headers): AuthorizationFields {
  const fields = combinedAuthorization(headers);
  return fields === undefined && isWebUpgrade(headers) ? upgradeAuthorization(headers) : fields;
}

/**
 * Closes a socket of `upgradeWebSocket` when its token ends: with code 4401, within a second after the token
 * expires or is revoked, unless the client has sent a fresh one (`usher.renew <token>`). Your `onMessage`
 * does not get renewals. Without this function, the socket stays open. Must run after {@link usher}.
 *
 * @throws {Error} No guard accepted this request.
 *
 * @example
 * ```ts
 * import { upgradeWebSocket } from "@hono/node-server";
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { sessionOf, usher, watchSocket } from "@usher-auth/verify/hono";
 * import { Hono } from "hono";
 *
 * const app = usher(new Hono(), { verifier: verifierFromEnv(), ownerParam: "userId" });
 * app.get(
 *   "/api/:userId/live",
 *   upgradeWebSocket((c) =>
 *     watchSocket(c, {
 *       onMessage: (event, ws) => ws.send(`${sessionOf(c).principal.id} says ${event.data}`),
 *     }),
 *   ),
 * );
 * ```
 */
export function watchSocket<Raw>(context: Context, events: WSEvents<Raw>): WSEvents<Raw> {
  const admission = admissions.get(context);
  if (admission === undefined) throw new Error("watchSocket: no usher(...) runs before this route.");
  const { rule } = admission;
  return {
    ...events,
    onOpen(event, socket) {
      sessions.set(context, admission.watch(connectionOf(socket), rule));
      events.onOpen?.(event, socket);
    },
    onMessage(event, socket) {
      if (sessions.get(context)?.session.takesRenewal(event.data) === true) return;
      events.onMessage?.(event, socket);
    },
    onClose(event, socket) {
      sessions.get(context)?.closed();
      events.onClose?.(event, socket);
    },
  };
}

/**
 * Returns the session of a socket that {@link watchSocket} watches. Its principal is the latest one.
 *
 * @throws {Error} The socket is not open yet, or not watched.
 *
 * @example
 * ```ts
 * import { upgradeWebSocket } from "@hono/node-server";
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { sessionOf, usher, watchSocket } from "@usher-auth/verify/hono";
 * import { Hono } from "hono";
 *
 * const app = usher(new Hono(), { verifier: verifierFromEnv(), ownerParam: "userId" });
 * app.get(
 *   "/api/:userId/live",
 *   upgradeWebSocket((c) =>
 *     watchSocket(c, {
 *       onMessage: (event, ws) => ws.send(`${sessionOf(c).principal.id} says ${event.data}`),
 *     }),
 *   ),
 * );
 * ```
 */
export function sessionOf<Claims = TokenClaims>(
  context: Context,
): SocketSession<Readonly<Record<string, string>>, Claims> {
  const opened = sessions.get(context);
  if (opened === undefined)
    throw new Error("sessionOf: no open socket of this request is watched by watchSocket(...).");
  return opened.session as unknown as SocketSession<Readonly<Record<string, string>>, Claims>;
}

function connectionOf<Raw>(socket: WSContext<Raw>): Connection {
  return {
    close: (code, reason) => socket.close(code, reason),
    destroy: () => {
      const raw = socket.raw as { terminate?(): void } | undefined;
      // Not every runtime can close a socket without a close frame.
      if (raw?.terminate === undefined) socket.close();
      else raw.terminate();
    },
  };
}
