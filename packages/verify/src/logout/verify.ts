import { GenerationCache } from "../cache.ts";
import { readClaimsObject } from "../claims.ts";
import { AuthError, ConfigurationError } from "../errors.ts";
import { createTokenParser } from "../token.ts";
import { verification } from "../verification.ts";
import type { Verifier } from "../verifier.ts";
import { verifyWithKeys } from "../with-keys.ts";
import { type LogoutToken, logoutTokenType, longestLogoutTokenAge, readLogoutToken } from "./token.ts";

/**
 * Verifies a logout token.
 *
 * @param act What to do with it. Where it rejects, so does this, and the `jti` does not count as seen.
 * @throws {AuthError} As `verifier.verify`; a `jti` seen before is `claims_invalid`.
 */
export type VerifyLogoutToken = (token: string, act?: (logout: LogoutToken) => Promise<void>) => Promise<LogoutToken>;

/**
 * How many `jti` are remembered. An issuer that ends more sessions than this in two minutes has the oldest forgotten; a
 * token replayed then says what is known already.
 */
const rememberedIds = 10_000;

/**
 * Makes a verifier of logout tokens (OpenID Connect Back-Channel Logout 1.0 section 2.6) with the keys, issuer and audience
 * of another verifier: `typ` is `logout+jwt`, `events` says so, no `nonce`, a `sid` or a `sub`, issued within the last 120
 * seconds, and a `jti` that this one has not seen. A token for the API is none, and a logout token is no token for the API.
 *
 * Revokes nothing by itself; `createLogoutEndpoint` does, as `act`.
 *
 * @throws {ConfigurationError} It was not made by `createVerifier`.
 */
export function createLogoutVerifier(verifier: Pick<Verifier, typeof verification>): VerifyLogoutToken {
  if (verifier?.[verification] === undefined) throw new ConfigurationError("verifier: give createVerifier(...).");
  const { keys, policy, maxTokenLength, clock } = verifier[verification];
  const parseToken = createTokenParser({ maxTokenLength, typ: logoutTokenType });
  /** Each `jti` with the second from which on the token is too old anyhow. */
  const seen = new GenerationCache<string, number>(rememberedIds);

  function verifySync(token: string): LogoutToken {
    if (typeof token !== "string") throw new AuthError("token_malformed", { hint: "the token is no string" });
    keys.maintain();
    const parts = parseToken(token);
    const now = clock() / 1000;
    keys.verify(parts, now);
    return readLogoutToken(readClaimsObject(parts), policy, now);
  }

  function checkFirst({ id }: LogoutToken): void {
    const now = clock() / 1000;
    const until = seen.get(id);
    if (until !== undefined && now < until) {
      throw new AuthError("claims_invalid", { hint: "a logout token with this `jti` was seen before" });
    }
    // Longer than any token lives that is here now: it was issued at most the tolerance ahead.
    seen.set(id, now + longestLogoutTokenAge + 2 * policy.clockTolerance);
  }

  return async (token, act) => {
    const logout = await verifyWithKeys(keys, verifySync, token);
    checkFirst(logout);
    try {
      await act?.(logout);
    } catch (error) {
      // Nothing came of it: the same token may be sent once more, as if it had been seen long ago.
      seen.set(logout.id, 0);
      throw error;
    }
    return logout;
  };
}
