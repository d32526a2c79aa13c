/**
 * When a token says it expires, in milliseconds since 1970, or undefined when it does not say so readably.
 *
 * It decodes and does NOT verify: the answer decides only how long the token is kept here. The API judges the
 * token.
 */
export function readExpiry(token: string): number | undefined {
  const payload = token.split(".")[1];
  if (payload === undefined) return undefined;
  const claims = parseSegment(payload);
  if (typeof claims !== "object" || claims === null || !("exp" in claims)) return undefined;
  return typeof claims.exp === "number" && Number.isFinite(claims.exp) ? claims.exp * 1000 : undefined;
}

/**
 * The bytes of a claim's text may be UTF-8, but `exp` is ASCII, so the binary string of atob is enough for
 * it.
 */
function parseSegment(segment: string): unknown {
  try {
    return JSON.parse(atob(segment.replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return undefined;
  }
}
