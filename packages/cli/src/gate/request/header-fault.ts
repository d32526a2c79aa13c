import { isHost } from "./raw-headers.ts";

/**
 * Fields that have one value. Of two, one server takes the first, another the last, and a third joins them.
 * `Authorization` is not among them: the guard answers it with its own code.
 */
const singletons = new Set([
  "access-control-request-method",
  "content-encoding",
  "content-length",
  "content-range",
  "content-type",
  "expect",
  "host",
  "origin",
  "sec-websocket-key",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Why the headers of a request can be read in two ways; undefined if they cannot. One sentence for the log:
 * no part of the request is in it.
 */
export function headerFault(rawHeaders: readonly string[]): string | undefined {
  const seen = new Map<string, string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    if (!singletons.has(name)) continue;
    if (seen.has(name)) return `${name} was sent twice.`;
    seen.set(name, rawHeaders[index + 1] as string);
  }
  const host = seen.get("host");
  if (host === undefined) return "host is missing.";
  if (!isHost(host)) return "host is not a host name with an optional port.";
  return bodyFault(seen.get("content-length"), seen.get("transfer-encoding"));
}

/** RFC 9112 section 6.3: where the body ends must not depend on who reads. */
function bodyFault(length: string | undefined, coding: string | undefined): string | undefined {
  if (length !== undefined && !/^[0-9]{1,15}$/.test(length)) return "content-length is not a number.";
  if (coding === undefined) return undefined;
  if (length !== undefined) return "content-length was sent together with transfer-encoding.";
  return coding.toLowerCase() === "chunked" ? undefined : "transfer-encoding is not chunked.";
}
