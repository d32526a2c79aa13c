import { GenerationCache, numberOf } from "./cache.ts";
import { checkClaims, readClaimsObject } from "./claims.ts";
import { AuthError } from "./errors.ts";
import { createKeyRing } from "./key-ring.ts";
import type { KeyStatus, KeyUsage, WaitUntil } from "./keys/source.ts";
import { readOptions, type VerifierOptions } from "./options.ts";
import { createPrincipal, type Principal, type TokenClaims } from "./principal.ts";
import type { Revocations } from "./revocation/revocations.ts";
import type { RevocableToken } from "./revocation/table.ts";
import type { VerificationKey } from "./signature.ts";
import { createTokenParser } from "./token.ts";
import { type Verification, verification } from "./verification.ts";
import { verifyWithKeys } from "./with-keys.ts";

/** Turns tokens into principals. Makes no token, ever. */
export interface Verifier<Claims = TokenClaims> {
  /**
   * Verifies a token with the keys at hand. Never waits for I/O.
   *
   * @throws {AuthError} Any code of the list but those about the request as a whole.
   */
  verifySync(token: string): Principal<Claims>;
  /**
   * As {@link verifySync}; where the key is unknown and its source can refresh, looks for newer keys first: `key_unknown`
   * then says that a fetch which began after this call has no such key, and `keys_unavailable` that none could be made.
   */
  verify(token: string): Promise<Principal<Claims>>;
  /**
   * As {@link verify}, and synchronous whenever it can be: a promise comes back only where keys must be fetched.
   * For adapters, which then need no promise for most requests. Throws synchronously where it fails synchronously.
   *
   * @param waitUntil What the host offers to keep alive what a request has begun and does not wait for: `waitUntil` of a
   * Worker's context, say, called as its method. Keys that are refreshed in the background are handed to it.
   */
  verifyEagerly(token: string, waitUntil?: WaitUntil): Principal<Claims> | Promise<Principal<Claims>>;
  /** Those of the options. */
  readonly revocations?: Revocations;
  /**
   * Loads what is not there yet, keys and revocations, so that the first request need not wait. Resolves at once for a
   * shared secret without revocations.
   *
   * @throws {AuthError} `keys_unavailable`, `revocations_unavailable`. The verifier tries again by itself.
   */
  ready(): Promise<void>;
  /** How the keys are doing: of several sources, the worst. For a health check; starts a refresh that is due. */
  keyStatus(): KeyStatus;
  /**
   * What each key has verified in this process, the versions of a shared secret among them: for a metric, and to see
   * whether an old version is still needed. A token that is remembered counts once, when it is first seen.
   */
  keyUsage(): readonly KeyUsage[];
  /** For `createLogoutVerifier`; nothing to use. */
  readonly [verification]: Verification;
}

/** A token that was verified, whole, and what it came to. */
interface Verified<Claims> {
  readonly token: string;
  readonly principal: Principal<Claims>;
  readonly key: VerificationKey;
  /** What a revocation can name. */
  readonly revocable: RevocableToken;
  /** The revision of the revocations that it last passed. */
  passed: number;
}

/** How long a token may live, in seconds, where `maxTokenAge` does not say: a day, which is long for one. */
const usualLifetime = 86_400;

/**
 * Makes a verifier of Better Auth's tokens.
 *
 * Checks every option now and throws at once. Checks of each token: form and length, algorithm, key, signature, then
 * `sub`, `iss`, `aud`, `exp`, `nbf`, `iat`, the `claims` schema, and the revocations where there are any. Does NOT check
 * what the user may do, whether the session still exists at the issuer (revocations are told when it ends), or whose path
 * is asked for: the latter is the guard's part.
 *
 * @throws {ConfigurationError} An option that cannot be right.
 */
export function createVerifier<Claims = TokenClaims>(options: VerifierOptions<Claims>): Verifier<Claims> {
  const { sources, form, policy, readClaims, cacheSize, revocations, clock } = readOptions(options);
  const keys = createKeyRing(sources, (policy.maxTokenAge ?? usualLifetime) + policy.clockTolerance);
  const standing = revocations?.standing;
  const parseToken = createTokenParser(form);
  const cache = cacheSize === 0 ? undefined : new GenerationCache<number, Verified<Claims>>(cacheSize);

  function verifySync(token: string, waitUntil?: WaitUntil): Principal<Claims> {
    if (typeof token !== "string") throw new AuthError("token_malformed", { hint: "the token is no string" });
    keys.maintain(waitUntil);
    const now = clock() / 1000;
    const lookUp = numberOf(token);
    const known = cache?.get(lookUp);
    if (known !== undefined && known.token === token && isCurrent(known, now)) {
      // In place, since a call here is half of what it costs: nothing was revoked since, and all is known to be fresh.
      const stands = known.passed === standing?.revision && now < standing.until && now >= standing.from;
      if (standing !== undefined && !stands) {
        revocations?.check(known.revocable, now);
        known.passed = standing.revision;
      }
      return known.principal;
    }
    const parts = parseToken(token);
    const { key, issuers } = keys.verify(parts, now);
    const claims = readClaimsObject(parts);
    checkClaims(claims, policy, now, issuers);
    const principal = createPrincipal(claims, readClaims(claims));
    const revocable = revocations === undefined ? nobody : revocableOf(claims);
    revocations?.check(revocable, now);
    const passed = standing?.revision ?? 0;
    cache?.set(lookUp, { token, principal, key, revocable, passed });
    return principal;
  }

  /** What was checked once and can turn against a token later: its end, its age, and its key. */
  function isCurrent({ principal, key }: Verified<Claims>, now: number): boolean {
    const earliest = now - policy.clockTolerance;
    if (key.retired === true || principal.expiresAt <= earliest) return false;
    return policy.maxTokenAge === undefined || (principal.issuedAt ?? 0) + policy.maxTokenAge > earliest;
  }

  function verifyEagerly(token: string, waitUntil?: WaitUntil): Principal<Claims> | Promise<Principal<Claims>> {
    return verifyWithKeys(keys, verifySync, token, waitUntil);
  }

  return {
    verifySync,
    verifyEagerly,
    verify: async (token) => verifyEagerly(token),
    [verification]: { keys, policy, maxTokenLength: form.maxTokenLength, clock },
    ...(revocations !== undefined && { revocations }),
    ready: async () => {
      await Promise.all([keys.ready(), revocations?.ready()]);
    },
    keyStatus: () => {
      keys.maintain();
      return keys.status();
    },
    keyUsage: keys.usage,
  };
}

/** Where nothing is ever revoked. */
const nobody: RevocableToken = { sub: "" };

/** By themselves, so that a remembered token does not hold claims that the schema has dropped. */
function revocableOf({ sub, iat, jti, sid }: TokenClaims): RevocableToken {
  return { sub, iat, jti, sid };
}
