import type { IncomingHttpHeaders } from "node:http";
import { readProtocols } from "./subprotocol.ts";

/**
 * The token among the subprotocols of an upgrade, as an `Authorization` field. It is taken out of the header,
 * so that no server sends it back, nor logs it.
 *
 * @returns No field where no subprotocol announces a token.
 */
export function takeSubprotocolToken(headers: IncomingHttpHeaders): readonly string[] {
  const { token, protocols } = readProtocols(headers["sec-websocket-protocol"]);
  if (token === undefined) return [];
  headers["sec-websocket-protocol"] = protocols;
  return [`Bearer ${token}`];
}

/**
 * Whether the query names a session of engine.io (Socket.IO). With a token of one's own and the `sid` of
 * another user's connection, an upgrade would take that connection over. Every spelling that a parser may
 * read as `sid` counts.
 */
export function namesOtherConnection(target: string): boolean {
  const start = target.indexOf("?");
  return start !== -1 && new URLSearchParams(target.slice(start + 1)).has("sid");
}

/**
 * Whether Node hands this request out as an upgrade. A property that every request has, for where each
 * request is asked.
 */
export function isUpgrade(request: object): boolean {
  return (request as { readonly upgrade?: unknown }).upgrade === true;
}
