/**
 * Whether the query of a request target or URL has an `access_token` (RFC 6750 section 2.3), escaped or not.
 *
 * @param url A request target in any form, or a whole URL.
 */
export function hasQueryToken(url: string | undefined): boolean {
  // Hosts that imitate a request may leave its target out.
  if (url === undefined) return false;
  const start = url.indexOf("?");
  return start !== -1 && new URLSearchParams(url.slice(start + 1)).has("access_token");
}
