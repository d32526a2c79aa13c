import type { AuthorizationFields } from "../http/authorization.ts";
import { combinedAuthorization } from "../http/authorization.ts";
import { readProtocols } from "./subprotocol.ts";

/** Whether a fetch request is a WebSocket upgrade (RFC 6455 section 4.1). */
export function isWebUpgrade(headers: Headers): boolean {
  return headers.get("upgrade")?.toLowerCase() === "websocket";
}

/**
 * Returns every credential of an upgrade: its `Authorization` fields, and the token among its subprotocols.
 * The token stays in the header, because a fetch request cannot be changed. Code that chooses the subprotocol
 * must not choose the token.
 */
export function upgradeAuthorization(headers: Headers): AuthorizationFields {
  const fields = [combinedAuthorization(headers) ?? []].flat();
  const { token } = readProtocols(headers.get("sec-websocket-protocol") ?? undefined);
  return token === undefined ? fields : [...fields, `Bearer ${token}`];
}

/** The subprotocol to answer with: `bearer` if it came with a token, otherwise undefined. */
export function announcedProtocol(headers: Headers): string | undefined {
  const { token } = readProtocols(headers.get("sec-websocket-protocol") ?? undefined);
  return token === undefined ? undefined : "bearer";
}
