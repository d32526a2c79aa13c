/** The subprotocol that announces a token: the next one in the list is it. */
const announcement = "bearer";

/** What a `Sec-WebSocket-Protocol` header says once its token is taken out. */
export interface OfferedProtocols {
  /** The text after `bearer`; empty where nothing stands there; undefined where there is no `bearer`. */
  readonly token: string | undefined;
  /** The header without the token, for the server to choose from: what it chooses is sent back. */
  readonly protocols: string | undefined;
}

/**
 * Reads the one header that a browser lets a page choose for a WebSocket (RFC 6455 section 11.3.4): `bearer,
 * <token>`. A JWT is a legal subprotocol, since all of its characters are token characters (RFC 9110 section
 * 5.6.2).
 *
 * @param field As Node joins it: several lines come as one, with commas between.
 */
export function readProtocols(field: string | undefined): OfferedProtocols {
  const offered = field?.split(",").map((name) => name.trim()) ?? [];
  const index = offered.indexOf(announcement);
  if (index === -1) return { token: undefined, protocols: field };
  const [token = ""] = offered.splice(index + 1, 1);
  return { token, protocols: offered.join(", ") };
}
