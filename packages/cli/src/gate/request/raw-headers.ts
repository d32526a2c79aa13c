/** The values of a header, in the order in which they were sent. */
export function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const sent = rawHeaders[index] as string;
    if (sent.length === name.length && sent.toLowerCase() === name)
      values.push(rawHeaders[index + 1] as string);
  }
  return values;
}

/**
 * A host and perhaps a port (RFC 9110 section 7.2), and nothing that a parser of URLs would take for the end
 * of the host: no user, path, query or fragment, no escapes.
 */
export function isHost(value: string): boolean {
  return /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/.test(value);
}
