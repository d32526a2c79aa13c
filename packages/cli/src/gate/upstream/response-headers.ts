import type { IncomingHttpHeaders } from "node:http";
import { locationForClient } from "./location.ts";

/** Headers of one connection (RFC 9110, section 7.6.1), and others that are not passed on. */
const dropped = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  // The gate sends its own, which the backend was given.
  "x-request-id",
  // Another address for the same origin: it would lead past the gate.
  "alt-svc",
]);

/** How responses of one backend are passed on. */
export interface ResponseRules {
  /** The backend's host, with its port unless that is the default. */
  readonly host: string;
  /** Whether the backend's `Access-Control-*` are replaced. */
  readonly ownsCors: boolean;
}

/**
 * The headers of the backend's response for the client, as names and values in turn.
 *
 * @param headers In lower case.
 * @param added Replace the backend's, in lower case; `vary` is added to the backend's, and so are the names
 *   of headers that pages may read.
 */
export function headersForClient(
  status: number,
  headers: IncomingHttpHeaders,
  added: Readonly<Record<string, string>>,
  { host, ownsCors }: ResponseRules,
): string[] {
  const list: string[] = [];
  const { connection } = headers;
  const named = connection === undefined ? undefined : namesIn(connection);
  for (const name in headers) {
    if (dropped.has(name) || named?.has(name)) continue;
    // The names of the gate's own headers. Nobody may take a backend's for the gate's.
    if (name.startsWith("x-usher-")) continue;
    // Without an entry of the gate's own, the page may read nothing.
    const isExposed = name === "access-control-expose-headers" && Object.hasOwn(added, name);
    if (ownsCors && name.startsWith("access-control-") && !isExposed) continue;
    if (name !== "vary" && !isExposed && Object.hasOwn(added, name)) continue;
    // RFC 9110, section 8.6: no length with 204. A 205 has no content (section 15.3.6).
    if (name === "content-length" && (status === 204 || status === 205)) continue;
    const value = headers[name];
    if (Array.isArray(value)) for (const each of value) list.push(name, each);
    else if (value !== undefined)
      list.push(name, name === "location" ? locationForClient(value, host) : value);
  }
  if (status === 205) list.push("content-length", "0");
  for (const name in added) list.push(name, added[name] as string);
  return list;
}

/** The header names that `Connection` says are for this connection only. Undefined if it names none. */
function namesIn(connection: string | readonly string[]): ReadonlySet<string> | undefined {
  const text = String(connection).toLowerCase();
  if (text === "keep-alive" || text === "close") return undefined;
  return new Set(text.split(",").map((name) => name.trim()));
}
