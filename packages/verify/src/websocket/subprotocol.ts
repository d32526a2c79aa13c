/** The subprotocol before the token in the list. */
const marker = "bearer";

/** The subprotocols that a client offers, without its token. */
export interface OfferedProtocols {
  /** The entry after `bearer`. Empty if nothing follows it; undefined without `bearer`. */
  readonly token: string | undefined;
  /** The header without the token. The server chooses one of these and sends it back. */
  readonly protocols: string | undefined;
}

/**
 * Reads `bearer, <token>` from the `Sec-WebSocket-Protocol` header (RFC 6455 section 11.3.4), the only header
 * that a page can set for a WebSocket. A JWT is a valid subprotocol, because it consists of token characters
 * (RFC 9110 section 5.6.2).
 *
 * @param field As Node joins it: several header lines become one, separated by commas.
 */
export function readProtocols(field: string | undefined): OfferedProtocols {
  const offered = field?.split(",").map((name) => name.trim()) ?? [];
  const index = offered.indexOf(marker);
  if (index === -1) return { token: undefined, protocols: field };
  const [token = ""] = offered.splice(index + 1, 1);
  return { token, protocols: offered.join(", ") };
}
