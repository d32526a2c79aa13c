/** RFC 3986 section 3: the part before the path if a request target is a full URI. */
const schemeAndAuthority = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*/;

/**
 * Returns the path of a request target (RFC 9112 section 3.2) as it is: not decoded, not normalized.
 *
 * @param target In origin-form, absolute-form, or `*`.
 */
export function pathOfTarget(target: string): string {
  const relative = target.replace(schemeAndAuthority, "");
  const end = relative.search(/[?#]/);
  const path = end === -1 ? relative : relative.slice(0, end);
  return path === "" ? "/" : path;
}

/**
 * Whether the query of a request target or URL has an `access_token` (RFC 6750 section 2.3), escaped or not.
 *
 * @param url A request target in any form, or a full URL.
 */
export function hasQueryToken(url: string | undefined): boolean {
  // Hosts that imitate a request may omit its target.
  if (url === undefined) return false;
  const start = url.indexOf("?");
  return start !== -1 && new URLSearchParams(url.slice(start + 1)).has("access_token");
}
