/**
 * The token's `exp` in milliseconds since 1970, or undefined if it has none that can be read.
 *
 * Decodes the token and does NOT verify it. The result only decides how long the client caches the token; the
 * API verifies it.
 */
export function readExpiry(token: string): number | undefined {
  const payload = token.split(".")[1];
  if (payload === undefined) return undefined;
  const claims = parseSegment(payload);
  if (typeof claims !== "object" || claims === null || !("exp" in claims)) return undefined;
  return typeof claims.exp === "number" && Number.isFinite(claims.exp) ? claims.exp * 1000 : undefined;
}

/** Text claims may be UTF-8, which `atob` does not decode. `exp` is ASCII, so its binary string is enough. */
function parseSegment(segment: string): unknown {
  try {
    return JSON.parse(atob(segment.replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return undefined;
  }
}
