import { BoundedCache, type CacheEntry, numberOf } from "../cache.ts";
import { checkClaims, lifeOf, readClaimsObject } from "../claims/claims.ts";
import { deepFreeze, freezeThrough } from "../claims/freeze.ts";
import { createPrincipal, type Principal, type TokenClaims } from "../claims/principal.ts";
import { AuthError } from "../errors.ts";
import { createKeyResolver } from "../keys/key-resolver.ts";
import type { WaitUntil } from "../keys/key-source.ts";
import type { VerificationKey } from "../keys/signature.ts";
import { ask, loadAll } from "../revocation/check.ts";
import type { RevocationSnapshot, Revocations } from "../revocation/revocations.ts";
import type { RevocableToken } from "../revocation/table.ts";
import { createTokenParser, type UnverifiedToken } from "../token/parse.ts";
import { internals, type VerifierInternals } from "./internals.ts";
import { readOptions, type VerifierOptions } from "./options.ts";
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
   * As {@link verifySync}; where the key is unknown and its source can refresh, looks for newer keys first:
   * `key_unknown` then says that a fetch which began after this call has no such key, and `keys_unavailable`
   * that none could be made.
   */
  verify(token: string): Promise<Principal<Claims>>;
  /** Those of the options. */
  readonly revocations?: Revocations;
  /**
   * Loads what is not there yet, keys and revocations, so that the first request need not wait. Resolves at
   * once for a shared secret without revocations, and settles within a minute or so, whatever the sources do.
   *
   * @throws {AuthError} `keys_unavailable`, `revocations_unavailable`. The verifier tries again by itself.
   */
  ready(): Promise<void>;
}

/** A token that was verified, whole, and what it came to. */
interface Verified<Claims> extends CacheEntry {
  readonly token: string;
  /** Undefined where the schema made something that can be changed: it is then made anew for each. */
  readonly principal: Principal<Claims> | undefined;
  readonly key: VerificationKey;
  /** What a revocation can name. */
  readonly revocable: RevocableToken;
  /** The revision of the revocations that it last passed. */
  passed: number | undefined;
  /** Seconds since 1970: from when, and until when (not included), its own times hold. */
  readonly from: number;
  readonly until: number;
}

/**
 * What a remembered token takes beside its text and its claims, in bytes; each of those is as long as the
 * text.
 */
const entryBytes = 600;

/** How long a token may live, in seconds, where `maxTokenAge` does not say: a day, which is long for one. */
const usualLifetime = 86_400;

/**
 * Makes a verifier of Better Auth's tokens.
 *
 * Checks every option now and throws at once. Checks of each token: form and length, algorithm, key,
 * signature, then `sub`, `iss`, `aud`, `exp`, `nbf`, `iat`, the `claims` schema, and the revocations where
 * there are any. Does NOT check what the user may do, whether the session still exists at the issuer
 * (revocations are told when it ends), or whose path is asked for: the latter is the guard's part.
 *
 * @throws {ConfigurationError} An option that cannot be right.
 *
 * @example
 * ```ts
 * import { createVerifier, sharedSecret } from "@usher-auth/verify";
 *
 * const verifier = createVerifier({
 *   keys: sharedSecret(process.env.BETTER_AUTH_SECRET),
 *   issuer: "https://app.example.com",
 *   audience: "https://api.example.com",
 * });
 *
 * export const userOf = async (token: string): Promise<string> => (await verifier.verify(token)).id;
 * ```
 */
export function createVerifier<Claims = TokenClaims>(options: VerifierOptions<Claims>): Verifier<Claims> {
  const { sources, form, policy, readClaims, cacheSize, cacheBytes, revocations, clock, witness } =
    readOptions(options);
  const keys = createKeyResolver(sources, (policy.maxTokenAge ?? usualLifetime) + policy.clockTolerance);
  const parseToken = createTokenParser(form);
  const cache =
    cacheSize === 0 ? undefined : new BoundedCache<number, Verified<Claims>>(cacheSize, cacheBytes);

  function verifySync(token: string, waitUntil?: WaitUntil): Principal<Claims> {
    if (typeof token !== "string") throw new AuthError("token_malformed", { hint: "the token is no string" });
    keys.maintain(waitUntil);
    const now = clock() / 1000;
    const lookUp = numberOf(token);
    const known = cache?.get(lookUp);
    // What was checked once and can turn against a token later: its times, its key, and the revocations.
    if (
      known !== undefined &&
      known.token === token &&
      now < known.until &&
      now >= known.from &&
      known.key.retired !== true
    ) {
      if (revocations !== undefined) {
        // In place, since a call here is half of what it costs: nothing was revoked since, and all is known
        // to be fresh.
        const snapshot: RevocationSnapshot | undefined = revocations.snapshot;
        const stands =
          snapshot && known.passed === snapshot.revision && now < snapshot.until && now >= snapshot.from;
        if (!stands) known.passed = ask(revocations, known.revocable, now);
      }
      return known.principal ?? readAgain(token);
    }
    return verifyUncached(token, lookUp, now);
  }

  function verifyUncached(token: string, lookUp: number, now: number): Principal<Claims> {
    const parts = parseToken(token);
    const { key, issuers } = keys.verify(parts, now);
    const claims = readClaimsObject(parts);
    checkClaims(claims, policy, now, issuers);
    if (claims.iat !== undefined) witness?.(claims.iat);
    const revocable = revocations === undefined ? neverRevoked : revocableOf(claims);
    const principal = principalOf(claims, parts);
    const isShared = readClaims === undefined || freezeThrough(principal.claims);
    const passed = revocations && ask(revocations, revocable, now);
    const { from, until } = lifeOf(claims, policy);
    cache?.set(lookUp, {
      token,
      principal: isShared ? principal : undefined,
      key,
      revocable,
      passed,
      from,
      until,
      bytes: entryBytes + 2 * token.length,
      wanted: false,
    });
    return principal;
  }

  /**
   * A schema gets claims of its own. It may change them, and what was checked must be what is used: `claims`
   * are the token's, and no code but this one's has them in hand before they are frozen.
   */
  function principalOf(claims: TokenClaims, parts: UnverifiedToken): Principal<Claims> {
    if (readClaims === undefined) return createPrincipal(claims, deepFreeze(claims) as Claims);
    return createPrincipal(claims, readClaims(readClaimsObject(parts)));
  }

  /**
   * The principal of a remembered token whose schema makes what can be changed: two requests must not share
   * it.
   */
  function readAgain(token: string): Principal<Claims> {
    const parts = parseToken(token);
    const principal = principalOf(readClaimsObject(parts) as TokenClaims, parts);
    freezeThrough(principal.claims);
    return principal;
  }

  function verifyEagerly(
    token: string,
    waitUntil?: WaitUntil,
  ): Principal<Claims> | Promise<Principal<Claims>> {
    return verifyWithKeys(keys, verifySync, token, waitUntil);
  }

  const verify = async (token: string) => verifyEagerly(token);
  const parts: VerifierInternals<Claims> = {
    keys,
    policy,
    maxTokenLength: form.maxTokenLength,
    clock,
    verify,
    verifyEagerly,
  };
  const verifier = {
    verify,
    verifySync,
    [internals]: parts,
    ...(revocations && { revocations }),
    ready: async () => {
      await Promise.all([keys.ready(), revocations && loadAll(revocations)]);
    },
  };
  return verifier;
}

/** Where nothing is ever revoked. */
const neverRevoked: RevocableToken = Object.freeze({ sub: "" });

/** By themselves, so that a remembered token does not hold claims that the schema has dropped. */
function revocableOf({ sub, iat, jti, sid }: TokenClaims): RevocableToken {
  return Object.freeze({ sub, iat, jti, sid });
}
