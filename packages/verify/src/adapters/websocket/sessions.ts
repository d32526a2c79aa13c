import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { readBearer } from "../../access/bearer.ts";
import type { Guard, GuardedRequest, RouteAccess } from "../../access/guard.ts";
import type { Principal, TokenClaims } from "../../claims/principal.ts";
import { authorizationOf } from "../../http/authorization.ts";
import { hasQueryToken } from "../../http/request-target.ts";
import type { Verifier } from "../../verifier/verifier.ts";
import { rawConnection } from "../../websocket/connection.ts";
import { takeSubprotocolToken } from "../../websocket/credentials.ts";
import { openSession, type SocketSession } from "../../websocket/session.ts";
import { Watch } from "../../websocket/watch.ts";

/** What a guard reads a token from. */
export type UpgradeCredentials = Pick<GuardedRequest, "authorization" | "tokenInQuery">;

/**
 * Reads every credential of an upgrade: its `Authorization` fields, and the token among its subprotocols
 * (`bearer, <token>`). Removes that token from `request.headers`, so that no server echoes it. For authors of
 * adapters; call it once for each request.
 *
 * @example
 * ```ts
 * import { createServer } from "node:http";
 * import { upgradeCredentials } from "@usher-auth/verify/websocket";
 *
 * createServer().on("upgrade", (request, socket) => {
 *   const { authorization } = upgradeCredentials(request);
 *   if (authorization === undefined || authorization.length === 0) socket.destroy();
 * });
 * ```
 */
export function upgradeCredentials(request: IncomingMessage): UpgradeCredentials {
  const fields = [authorizationOf(request) ?? []].flat();
  const fromSubprotocol = takeSubprotocolToken(request.headers);
  return { authorization: [...fields, ...fromSubprotocol], tokenInQuery: hasQueryToken(request.url) };
}

/**
 * Options of {@link openSocketSession}.
 *
 * @example
 * ```ts
 * import type { SocketSessionOptions } from "@usher-auth/verify/websocket";
 * import type { WebSocket } from "ws";
 *
 * export function forWebSocket(webSocket: WebSocket, options: SocketSessionOptions): SocketSessionOptions {
 *   return { ...options, close: (code, reason) => webSocket.close(code, reason) };
 * }
 * ```
 */
export interface SocketSessionOptions<Claims = TokenClaims, Source = IncomingMessage> {
  /** The guard that admitted the upgrade. */
  readonly guard: Guard<Claims, Source>;
  /** The guard's verifier. */
  readonly verifier: Verifier<Claims>;
  /** Passed to the guard's `onReject`. */
  readonly request: Source;
  /** The upgrade's socket. Another library writes frames to it. */
  readonly socket: Duplex;
  /** What the guard admitted the upgrade with. */
  readonly credentials: UpgradeCredentials;
  /** What the guard returned. */
  readonly principal: Principal<Claims>;
  /** What the guard checked. Each renewal is checked against all of them. */
  readonly accesses: readonly RouteAccess<Claims>[];
  /**
   * Sends the close frame, for adapters that must know that the session has ended. Default: writes one to the
   * socket.
   *
   * @param reason ASCII, at most 123 characters.
   */
  readonly close?: (code: number, reason: string) => void;
}

const watch = new Watch();

/**
 * Opens the session of an admitted upgrade: closes its socket within a second after the token has ended, and
 * accepts renewals. For authors of adapters; an application uses `usher` of this module.
 *
 * Does NOT check whether the principal may open the socket: the guard has done that.
 *
 * @throws {AuthError} The credentials have no token, or several.
 * @example
 * ```ts
 * import type { IncomingMessage } from "node:http";
 * import type { Duplex } from "node:stream";
 * import { type TokenClaims, verifierFromEnv } from "@usher-auth/verify";
 * import { createGuard } from "@usher-auth/verify/guard";
 * import { openSocketSession, upgradeCredentials } from "@usher-auth/verify/websocket";
 *
 * const verifier = verifierFromEnv();
 * const guard = createGuard<TokenClaims, IncomingMessage>({ verifier, ownerParam: null });
 *
 * export async function open(request: IncomingMessage, socket: Duplex) {
 *   const credentials = upgradeCredentials(request);
 *   const access = { params: {}, ownerParams: [] };
 *   const principal = await guard.admit({ ...credentials, ...access, source: request });
 *   const accesses = [access];
 *   return openSocketSession({ guard, verifier, request, socket, credentials, principal, accesses });
 * }
 * ```
 */
export function openSocketSession<Claims, Source>({
  guard,
  verifier,
  request,
  socket,
  credentials,
  principal,
  accesses,
  close,
}: SocketSessionOptions<Claims, Source>): SocketSession<Readonly<Record<string, string>>, Claims> {
  const [first = { params: {}, ownerParams: [] }] = accesses;
  const opened = openSession({
    guard: { ...guard, authorize: authorizeAll },
    verifier,
    watch,
    request,
    connection: { ...rawConnection(socket), ...(close && { close }) },
    token: readBearer(credentials.authorization, credentials.tokenInQuery),
    principal,
    access: first as RouteAccess<Claims> & { readonly params: Readonly<Record<string, string>> },
  });
  socket.once("close", opened.closed);
  return opened.session;

  function authorizeAll(renewed: Principal<Claims>, _access: RouteAccess<Claims>, source: Source): void {
    for (const access of accesses) guard.authorize(renewed, access, source);
  }
}
