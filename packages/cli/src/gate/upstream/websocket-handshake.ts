import type { IncomingMessage } from "node:http";
import type { RawData } from "ws";

/** The subprotocol that comes with a token. No backend knows it. */
const tokenMarker = "bearer";

/** The start of a message with a fresh token (`renewalMessage` of @usher-auth/client). */
const renewal = "usher.renew ";

/** RFC 9110 section 5.6.2: `token`. */
const name = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** What a client asks for. */
export interface Handshake {
  /** The subprotocols, in the client's order, without the one that announced its token. */
  readonly protocols: readonly string[];
  /** Whether the client expects `bearer` in the answer, unless the backend chooses one of the others. */
  readonly offersToken: boolean;
}

/**
 * Reads the handshake of an upgrade (RFC 6455 section 4.2.1). The judge has taken the token off the
 * subprotocols.
 *
 * @returns Undefined if it is not valid. The backend need not be asked then.
 */
export function readHandshake({
  headers,
  url = "",
}: Pick<IncomingMessage, "headers" | "url">): Handshake | undefined {
  if (namesOtherConnection(url)) return undefined;
  if (headers["sec-websocket-version"] !== "13") return undefined;
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers["sec-websocket-key"] ?? "")) return undefined;
  const field = headers["sec-websocket-protocol"];
  const offered = field === undefined ? [] : field.split(",").map((one) => one.trim());
  if (!offered.every((one) => name.test(one)) || new Set(offered).size < offered.length) return undefined;
  return {
    protocols: offered.filter((one) => one !== tokenMarker),
    offersToken: offered.includes(tokenMarker),
  };
}

/**
 * Whether the query has the id of a Socket.IO connection, in any spelling. With the `sid` of another user,
 * the backend would hand their connection over. The guard of `@usher-auth/verify/websocket` refuses it as
 * well.
 */
function namesOtherConnection(target: string): boolean {
  const start = target.indexOf("?");
  return start !== -1 && new URLSearchParams(target.slice(start + 1)).has("sid");
}

/** The subprotocol to answer with. */
export function answeredProtocol({ offersToken }: Handshake, chosen: string | undefined): string | undefined {
  return chosen ?? (offersToken ? tokenMarker : undefined);
}

/**
 * Whether a page of this origin may open a WebSocket. Browsers send `Origin` with every WebSocket and do not
 * apply CORS to it. A token is needed anyway, and other pages have none: this is a second line of defence.
 *
 * @param origins False: not checked.
 */
export function isOriginAllowed(
  { headers: { origin, host } }: Pick<IncomingMessage, "headers">,
  origins: readonly string[] | false,
): boolean {
  if (origins === false || origin === undefined || origins.includes(origin)) return true;
  // A page of the API itself.
  return host !== undefined && URL.parse(origin)?.host === host.toLowerCase();
}

/**
 * The headers for the backend, without those of the client's own handshake.
 *
 * @param headers Names and values in turn, with those that the gate added.
 * @param authorization What the guard read. A token that came as a subprotocol gets its own header.
 */
export function handshakeHeaders(
  headers: readonly string[],
  authorization: string | readonly string[] | undefined,
): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = Object.create(null);
  for (let index = 0; index < headers.length; index += 2) {
    const field = (headers[index] as string).toLowerCase();
    if (field.startsWith("sec-websocket-") || field === "connection" || field === "upgrade") continue;
    const value = headers[index + 1] as string;
    kept[field] = kept[field] === undefined ? value : [kept[field], value].flat();
  }
  const [token, ...others] = [authorization ?? []].flat();
  if (kept.authorization === undefined && token !== undefined && others.length === 0)
    kept.authorization = token;
  return kept;
}

/**
 * Whether a message has a fresh token, on a WebSocket without a session. The token is for no one there, and a
 * backend might show the message to others.
 */
export function looksLikeRenewal(message: RawData): boolean {
  const bytes = Array.isArray(message) ? Buffer.concat(message) : Buffer.from(message as Uint8Array);
  return bytes.toString("latin1", 0, renewal.length) === renewal;
}
