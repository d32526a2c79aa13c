/**
 * Fields of one connection, not of the message (RFC 9110 section 7.6.1). The list has them in lower case,
 * like the names in `Headers`.
 */
const hopByHop = [
  "connection",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** Whether a field belongs to the connection of this message: by its name, or because `Connection` names it. */
export function connectionFields(headers: Headers): (name: string) => boolean {
  const named = (headers.get("connection") ?? "").toLowerCase().split(",");
  const names = new Set([...hopByHop, ...named.map((name) => name.trim())]);
  return (name) => names.has(name);
}
