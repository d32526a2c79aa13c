import { readLifetime } from "./token-claims.ts";

/**
 * Milliseconds. A token is replaced this long before it expires, so that it does not expire in transit: or
 * after half its lifetime, if that is less than a minute.
 */
const MARGIN = 30_000;

/**
 * How long a token can be used that `getToken` has just returned, in milliseconds. 0 if it has no `exp`.
 *
 * The clock of the user's device may be wrong. The token itself tells: it was issued a moment ago, by the
 * issuer's clock. So a clock behind finds a token from the future, and a clock ahead one that has no time
 * left. Then the time from its `iat` to its `exp` counts. If that is too long after all, the API rejects the
 * token, and the call is repeated with a new one.
 *
 * @param now - milliseconds since 1970, by this device's clock
 */
export function freshFor(token: string, now: number): number {
  const { issuedAt, expiresAt } = readLifetime(token);
  if (expiresAt === undefined) return 0;
  if (issuedAt === undefined) return Math.max(0, expiresAt - now - MARGIN);
  const margin = Math.min(MARGIN, (expiresAt - issuedAt) / 2);
  const lifetime = expiresAt - issuedAt - margin;
  const left = expiresAt - now - margin;
  return Math.max(0, left > 0 ? Math.min(left, lifetime) : lifetime);
}
