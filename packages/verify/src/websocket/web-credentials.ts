import type { AuthorizationFields } from "../http/authorization.ts";
import { combinedAuthorization } from "../http/authorization.ts";
import { readProtocols } from "./subprotocol.ts";

/** Whether a fetch request asks to become a WebSocket (RFC 6455 section 4.1). */
export function isWebUpgrade(headers: Headers): boolean {
  return headers.get("upgrade")?.toLowerCase() === "websocket";
}

/**
 * Every credential of an upgrade: its `Authorization` fields, and the token among its subprotocols. That
 * stays in the request, which is not ours to change: whoever chooses the subprotocol must not choose the
 * token.
 */
export function upgradeAuthorization(headers: Headers): AuthorizationFields {
  const fields = [combinedAuthorization(headers) ?? []].flat();
  const { token } = readProtocols(headers.get("sec-websocket-protocol") ?? undefined);
  return token === undefined ? fields : [...fields, `Bearer ${token}`];
}

/** The subprotocol to answer: that which announced the token; undefined where none did. */
export function announcedProtocol(headers: Headers): string | undefined {
  const { token } = readProtocols(headers.get("sec-websocket-protocol") ?? undefined);
  return token === undefined ? undefined : "bearer";
}
