import { GenerationCache } from "../cache.ts";
import { type ClaimsPolicy, readClaimsObject } from "../claims.ts";
import { AuthError } from "../errors.ts";
import type { KeyRing } from "../key-ring.ts";
import type { Clock } from "../time.ts";
import { createTokenParser } from "../token.ts";
import { verifyWithKeys } from "../with-keys.ts";
import { type LogoutToken, logoutTokenType, longestLogoutTokenAge, readLogoutToken } from "./token.ts";

/** What verifying logout tokens shares with verifying tokens. */
export interface LogoutVerification {
  readonly keys: KeyRing;
  readonly policy: ClaimsPolicy;
  readonly maxTokenLength: number;
  readonly clock: Clock;
}

/** How `verifyLogoutToken` of a verifier is called; see there. */
export type VerifyLogoutToken = (token: string, act?: (logout: LogoutToken) => Promise<void>) => Promise<LogoutToken>;

/**
 * How many `jti` are remembered. An issuer that ends more sessions than this in two minutes has the oldest forgotten; a
 * token replayed then says what is known already.
 */
const rememberedIds = 10_000;

export function createLogoutVerifier({ keys, policy, maxTokenLength, clock }: LogoutVerification): VerifyLogoutToken {
  const parseToken = createTokenParser({ maxTokenLength, typ: logoutTokenType });
  /** Each `jti` with the second from which on the token is too old anyhow. */
  const seen = new GenerationCache<number>(rememberedIds);

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
      // Nothing came of it: the same token may be sent once more.
      seen.delete(logout.id);
      throw error;
    }
    return logout;
  };
}
