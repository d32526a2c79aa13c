/** RFC 3986 section 3: what stands before the path where a request target is a whole URI. */
const schemeAndAuthority = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*/;

/**
 * The path of a request target (RFC 9112 section 3.2), as it stands there: nothing decoded, nothing
 * normalised.
 *
 * @param target In origin-form, absolute-form, or `*`.
 */
export function pathOfTarget(target: string): string {
  const relative = target.replace(schemeAndAuthority, "");
  const end = relative.search(/[?#]/);
  const path = end === -1 ? relative : relative.slice(0, end);
  return path === "" ? "/" : path;
}
