import { BoundedMap } from "../cache.ts";
import { type ClaimsPolicy, readClaimsObject } from "../claims/claims.ts";
import { AuthError, ConfigurationError } from "../errors.ts";
import { stringList } from "../option-values.ts";
import { logoutTokenType } from "../token/header.ts";
import { createTokenParser } from "../token/parse.ts";
import { DeadlineError, within } from "../user-code/deadline.ts";
import { internalsOf, type VerifierInternals } from "../verifier/internals.ts";
import type { Verifier } from "../verifier/verifier.ts";
import { type LogoutToken, longestLogoutTokenAge, readLogoutToken } from "./token.ts";

/**
 * Whose logout tokens are accepted, if not those for the verifier's own `issuer` and `audience`.
 *
 * Better Auth's OAuth provider sends its own logout tokens to a client's `backchannel_logout_uri`. Their
 * `iss` ends in `/api/auth`, and their `aud` is the client's id. Name both here, and not in the verifier: an
 * API that accepts a client's id as its audience would accept that client's ID tokens.
 *
 * @example
 * ```ts
 * import { createVerifier, remoteJwks } from "@usher-auth/verify";
 * import { createLogoutVerifier, type LogoutTokenOptions } from "@usher-auth/verify/logout";
 *
 * const verifier = createVerifier({
 *   keys: remoteJwks("https://app.example.com/api/auth/jwks"),
 *   issuer: "https://app.example.com",
 *   audience: "https://api.example.com",
 * });
 * const options: LogoutTokenOptions = {
 *   issuer: "https://app.example.com/api/auth",
 *   audience: "the client's id",
 * };
 * export const verifyLogoutToken = createLogoutVerifier(verifier, options);
 * ```
 */
export interface LogoutTokenOptions {
  /**
   * The required `iss` of logout tokens, compared exactly. A list accepts each of its members. Default: the
   * verifier's `issuer`, which is what `usherJwt()` sends.
   */
  readonly issuer?: string | readonly string[] | undefined;
  /**
   * The required `aud` of logout tokens. A list accepts each of its members. Default: the verifier's
   * `audience`.
   */
  readonly audience?: string | readonly string[] | undefined;
}

/**
 * Verifies a logout token.
 *
 * @param act What to do with it. If it rejects, the verification rejects too, and the `jti` does not count
 *   as used. It has fifteen seconds; after that, whether it succeeded is unknown. A replay waits for its
 *   result, and then fails with the same error or as a replay.
 * @throws {AuthError} As `verifier.verify`; a `jti` that was used before is `claims_invalid`;
 *   `revocations_unavailable` if `act` took too long.
 */
export type VerifyLogoutToken = (
  token: string,
  act?: (logout: LogoutToken) => Promise<void>,
) => Promise<LogoutToken>;

/**
 * How many `jti` are remembered. If an issuer ends more sessions within two minutes, the oldest are
 * forgotten. A replay of one only repeats a revocation.
 */
const rememberedIds = 10_000;

/** Milliseconds. Longer than the timeout of the revocation store, whose own error is more precise. */
const actTimeout = 15_000;

/**
 * Creates a verifier of logout tokens (OpenID Connect Back-Channel Logout 1.0 section 2.6) with the keys of
 * another verifier, and its issuer and audience or those of the options. A logout token has the `typ`
 * `logout+jwt`, the logout event in `events`, no `nonce`, a `sid` or a `sub`, an `iat` within the last 120
 * seconds, and a `jti` that was not used before. It is never accepted as an API token, nor an API token as a
 * logout token.
 *
 * Revokes nothing; `createLogoutEndpoint` does.
 *
 * @throws {ConfigurationError} The verifier was not created by `createVerifier`, an invalid option, or an
 *   issuer that no key of the verifier belongs to.
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { createLogoutVerifier } from "@usher-auth/verify/logout";
 *
 * const verifyLogoutToken = createLogoutVerifier(verifierFromEnv());
 * export const sessionOf = async (token: string) => (await verifyLogoutToken(token)).sessionId;
 * ```
 */
export function createLogoutVerifier(
  verifier: Verifier<unknown>,
  options: LogoutTokenOptions = {},
): VerifyLogoutToken {
  const parts = internalsOf(verifier);
  if (parts === undefined) throw new ConfigurationError("verifier: give createVerifier(...).");
  const { keys, maxTokenLength, clock } = parts;
  const policy = policyOf(parts, options);
  const parseToken = createTokenParser({ maxTokenLength, typ: logoutTokenType, accessTokens: false });
  /** Each used `jti`, with the time in seconds from which its token is too old anyway. */
  const seen = new BoundedMap<string, number>(rememberedIds);
  /** Running calls of `act`, by `jti`. */
  const underWay = new Map<string, Promise<void>>();

  function verifySync(token: string): LogoutToken {
    if (typeof token !== "string")
      throw new AuthError("token_malformed", { hint: "the token is not a string" });
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
    // Longer than the lifetime of any token that is accepted now: it was issued at most the tolerance ahead.
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
    const logout = await keys.verifyWithKeys(verifySync, token);
    const { id } = logout;
    const earlier = underWay.get(id);
    if (earlier !== undefined) {
      // The result is not known yet. If the answer were "used before", the sender would not retry.
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

function policyOf(
  { policy, keys }: VerifierInternals,
  { issuer, audience }: LogoutTokenOptions,
): ClaimsPolicy {
  const issuers = issuer === undefined ? policy.issuers : stringList(issuer, expected("issuer"));
  const stranger = issuers.find(
    (one) => !keys.sources.some((source) => source.issuers === undefined || source.issuers.includes(one)),
  );
  if (stranger !== undefined)
    throw new ConfigurationError(
      `issuer: no key of the verifier belongs to ${JSON.stringify(stranger)}. Each key source names other issuers: give the endpoint its own verifier, with the keys of that issuer.`,
    );
  if (audience === undefined) return { ...policy, issuers };
  return { ...policy, issuers, audiences: stringList(audience, expected("audience")), isExact: false };
}

const expected = (name: string) => `${name}: must be a non-empty string, or a list of them.`;

function seenBefore(): AuthError {
  return new AuthError("claims_invalid", { hint: "a logout token with this `jti` was used before" });
}
