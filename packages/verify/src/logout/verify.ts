import { BoundedMap } from "../cache.ts";
import { readClaimsObject } from "../claims/claims.ts";
import { AuthError, ConfigurationError } from "../errors.ts";
import { logoutTokenType } from "../token/header.ts";
import { createTokenParser } from "../token/parse.ts";
import { DeadlineError, within } from "../user-code/deadline.ts";
import { internalsOf } from "../verifier/internals.ts";
import type { Verifier } from "../verifier/verifier.ts";
import { verifyWithKeys } from "../verifier/with-keys.ts";
import { type LogoutToken, longestLogoutTokenAge, readLogoutToken } from "./token.ts";

/**
 * Verifies a logout token.
 *
 * @param act What to do with it. Where it rejects, so does this, and the `jti` does not count as seen. It has
 *   fifteen seconds; then the token could not be acted upon, as far as anybody knows. A replay meanwhile
 *   waits for what comes of it: it fails as that does, or was seen before.
 * @throws {AuthError} As `verifier.verify`; a `jti` seen before is `claims_invalid`;
 *   `revocations_unavailable` where `act` took too long.
 */
export type VerifyLogoutToken = (
  token: string,
  act?: (logout: LogoutToken) => Promise<void>,
) => Promise<LogoutToken>;

/**
 * How many `jti` are remembered. An issuer that ends more sessions than this in two minutes has the oldest
 * forgotten; a token replayed then says what is known already.
 */
const rememberedIds = 10_000;

/**
 * Milliseconds: longer than revocations give to their store, so that their own error is the one that is told.
 */
const actTimeout = 15_000;

/**
 * Makes a verifier of logout tokens (OpenID Connect Back-Channel Logout 1.0 section 2.6) with the keys,
 * issuer and audience of another verifier: `typ` is `logout+jwt`, `events` says so, no `nonce`, a `sid` or a
 * `sub`, issued within the last 120 seconds, and a `jti` that this one has not seen. A token for the API is
 * none, and a logout token is no token for the API.
 *
 * Revokes nothing by itself; `createLogoutEndpoint` does, as `act`.
 *
 * @throws {ConfigurationError} It was not made by `createVerifier`.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { createLogoutVerifier } from "@usher-auth/verify/logout";
 *
 * const verifyLogoutToken = createLogoutVerifier(verifierFromEnv());
 * export const sessionOf = async (token: string) => (await verifyLogoutToken(token)).sessionId;
 * ```
 */
export function createLogoutVerifier(verifier: Verifier<unknown>): VerifyLogoutToken {
  const parts = internalsOf(verifier);
  if (parts === undefined) throw new ConfigurationError("verifier: give createVerifier(...).");
  const { keys, policy, maxTokenLength, clock } = parts;
  const parseToken = createTokenParser({ maxTokenLength, typ: logoutTokenType });
  /** Each `jti` with the second from which on the token is too old anyhow. */
  const seen = new BoundedMap<string, number>(rememberedIds);
  /** Those that are being acted upon, by `jti`. */
  const underWay = new Map<string, Promise<void>>();

  function verifySync(token: string): LogoutToken {
    if (typeof token !== "string") throw new AuthError("token_malformed", { hint: "the token is no string" });
    keys.maintain();
    const now = clock() / 1000;
    const unverified = parseToken(token);
    const { issuers } = keys.verify(unverified, now);
    return readLogoutToken(readClaimsObject(unverified), policy, now, issuers);
  }

  function checkFirst({ id }: LogoutToken): void {
    const until = seen.get(id);
    if (until !== undefined && clock() / 1000 < until) throw seenBefore();
  }

  function remember({ id }: LogoutToken): void {
    // Longer than any token lives that is here now: it was issued at most the tolerance ahead.
    seen.set(id, clock() / 1000 + longestLogoutTokenAge + 2 * policy.clockTolerance);
  }

  async function actOnce(logout: LogoutToken, act?: (logout: LogoutToken) => Promise<void>): Promise<void> {
    try {
      await within(actTimeout, () => act?.(logout));
      remember(logout);
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      throw new AuthError("revocations_unavailable", {
        hint: `what a logout revokes was not recorded: ${error.message}`,
      });
    }
  }

  return async (token, act) => {
    const logout = await verifyWithKeys(keys, verifySync, token);
    const { id } = logout;
    const earlier = underWay.get(id);
    if (earlier !== undefined) {
      // Whether it was recorded, nobody knows yet: a "seen before" would have its sender forget it.
      await earlier;
      throw seenBefore();
    }
    checkFirst(logout);
    const outcome = actOnce(logout, act);
    underWay.set(id, outcome);
    await outcome.finally(() => underWay.delete(id));
    return logout;
  };
}

function seenBefore(): AuthError {
  return new AuthError("claims_invalid", { hint: "a logout token with this `jti` was seen before" });
}
