import type { IncomingHttpHeaders } from "node:http";
import { readProtocols } from "./subprotocol.ts";

/**
 * Reads the token from the subprotocols of an upgrade, as an `Authorization` field. Removes it from the
 * header, so that no server echoes or logs it.
 *
 * @returns An empty list if no subprotocol has a token.
 */
export function takeSubprotocolToken(headers: IncomingHttpHeaders): readonly string[] {
  const { token, protocols } = readProtocols(headers["sec-websocket-protocol"]);
  if (token === undefined) return [];
  headers["sec-websocket-protocol"] = protocols;
  return [`Bearer ${token}`];
}

/**
 * Whether the query has the id of an engine.io (Socket.IO) connection. With a valid token and the `sid` of
 * another user's connection, an upgrade would take that connection over. Detects every spelling that a parser
 * may read as `sid`.
 */
export function namesOtherConnection(target: string): boolean {
  const start = target.indexOf("?");
  return start !== -1 && new URLSearchParams(target.slice(start + 1)).has("sid");
}

/** Whether Node treats this request as an upgrade. Reads a property, because this runs for every request. */
export function isUpgrade(request: object): boolean {
  return (request as { readonly upgrade?: unknown }).upgrade === true;
}
