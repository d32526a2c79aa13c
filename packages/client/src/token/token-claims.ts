/** What the client reads from a token. Decoded and NOT verified: the API verifies it. */
type TokenClaims = { readonly exp?: unknown; readonly iat?: unknown; readonly sub?: unknown };

/** When the token was issued, and when it expires, in milliseconds since 1970. Undefined if not readable. */
export function readLifetime(token: string): {
  issuedAt: number | undefined;
  expiresAt: number | undefined;
} {
  const { iat, exp } = readClaims(token);
  return { issuedAt: toMilliseconds(iat), expiresAt: toMilliseconds(exp) };
}

function toMilliseconds(seconds: unknown): number | undefined {
  return typeof seconds === "number" && Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

/**
 * Whether two tokens have the same user: the claim `sub`. False if it cannot be read from both.
 *
 * A request that was made for one user is never sent with another user's token.
 */
export function haveSameUser(before: string, after: string): boolean {
  const user = readSubject(before);
  return user !== undefined && user === readSubject(after);
}

/** The token's user: the claim `sub`. Undefined if it cannot be read. */
export function readSubject(token: string): string | undefined {
  const { sub } = readClaims(token);
  return typeof sub === "string" && sub !== "" ? sub : undefined;
}

function readClaims(token: string): TokenClaims {
  try {
    const claims: unknown = JSON.parse(decodeSegment(token.split(".")[1] ?? ""));
    return typeof claims === "object" && claims !== null ? claims : {};
  } catch {
    return {};
  }
}

/** `atob` returns a character for each byte. React Native has no TextDecoder to read them as UTF-8. */
function decodeSegment(segment: string): string {
  const bytes = atob(segment.replaceAll("-", "+").replaceAll("_", "/"));
  const escaped = Array.from(bytes, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return decodeURIComponent(escaped.join(""));
}
