/** Fields of one connection, which a proxy does not pass on (RFC 9110 section 7.6.1), and the host. */
export const connectionFields: ReadonlySet<string> = new Set([
  "connection",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** The rest of the headers, as names and values in turn. */
export function withoutFieldsOfConnection(rawHeaders: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (!connectionFields.has(name.toLowerCase())) kept.push(name, rawHeaders[index + 1] as string);
  }
  return kept;
}
