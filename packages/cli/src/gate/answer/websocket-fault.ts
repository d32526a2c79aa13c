import type { IncomingMessage } from "node:http";
import type { GateProblemCode } from "../problem.ts";
import { isOriginAllowed, readHandshake } from "../upstream/websocket-handshake.ts";

/**
 * Why an admitted WebSocket must not be opened: what the gate checks in its own. Undefined if it may.
 *
 * @param target The original one. The judge has taken the token off the subprotocols.
 * @param origins Of the pages that may open it. False: not checked.
 */
export function webSocketFault(
  { headers }: IncomingMessage,
  target: string,
  origins: readonly string[] | false,
): GateProblemCode | undefined {
  // Traefik asks with its own `Host`. No page can set either of the two.
  const hosts = [headers.host, headers["x-forwarded-host"]?.toString()];
  const isAllowed = hosts.some((host) => isOriginAllowed({ headers: { ...headers, host } }, origins));
  if (!isAllowed) return "origin_rejected";
  return readHandshake({ headers, url: target }) === undefined ? "bad_request" : undefined;
}
