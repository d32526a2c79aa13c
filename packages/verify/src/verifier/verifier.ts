import { BoundedCache, hashOfEnd } from "../cache.ts";
import { checkAccessToken } from "../claims/access-token.ts";
import { checkClaims, lifeOf, readClaimsObject } from "../claims/claims.ts";
import { deepFreeze, freezeThrough } from "../claims/freeze.ts";
import { createPrincipal, type Principal, type TokenClaims } from "../claims/principal.ts";
import { AuthError } from "../errors.ts";
import { channels } from "../events/channels.ts";
import { createKeyResolver } from "../keys/key-resolver.ts";
import type { WaitUntil } from "../keys/key-source.ts";
import type { VerificationKey } from "../keys/signature.ts";
import { checkRevoked, loadAll } from "../revocation/check.ts";
import type { Revocations } from "../revocation/revocations.ts";
import type { RevocableToken } from "../revocation/table.ts";
import { isAccessToken } from "../token/header.ts";
import { createTokenParser, type UnverifiedToken } from "../token/parse.ts";
import { internals, type VerifierInternals } from "./internals.ts";
import { verifyObserved } from "./observed.ts";
import { readOptions, type VerifierOptions } from "./options.ts";

/** Verifies tokens. Never creates one. */
export interface Verifier<Claims = TokenClaims> {
  /**
   * Verifies a token with the loaded keys. Does no I/O.
   *
   * @throws {AuthError} Any code of the list, except those about the whole request.
   */
  verifySync(token: string): Principal<Claims>;
  /**
   * Verifies a token, and fetches newer keys first if its key is unknown and the source can refresh.
   * `key_unknown` means that a fetch which began after this call has no such key; `keys_unavailable` means
   * that no fetch succeeded.
   *
   * @throws {AuthError} As {@link verifySync}.
   */
  verify(token: string): Promise<Principal<Claims>>;
  /** The `revocations` of the options. */
  readonly revocations?: Revocations;
  /**
   * Loads missing keys and revocations, so that the first request does not wait. Resolves immediately for a
   * shared secret without revocations. Settles within about a minute, whatever the sources do.
   *
   * @throws {AuthError} `keys_unavailable`, `revocations_unavailable`. The verifier keeps retrying.
   */
  ready(): Promise<void>;
}

/** A verified token and its result. */
interface Verified<Claims> {
  /** An estimate of the size in memory. */
  readonly bytes: number;
  readonly token: string;
  /** Undefined if the schema returned something mutable: each request then gets its own principal. */
  readonly principal: Principal<Claims> | undefined;
  readonly key: VerificationKey;
  /** The claims that a revocation can name. */
  readonly revocable: RevocableToken;
  /** The time span of the token itself, in seconds since 1970; the end is exclusive. */
  readonly from: number;
  readonly until: number;
}

/**
 * The size of a cached token in bytes, in addition to its text and its claims, which are about as long as the
 * text.
 */
const entryBytes = 600;

/** The assumed lifetime of a token without `maxTokenAge`, in seconds: a day, which is long. */
const usualLifetime = 86_400;

/**
 * Creates a verifier of Better Auth's tokens.
 *
 * Validates every option and throws immediately. Checks of each token, in order: form and length, algorithm,
 * key, signature, then `sub`, `iss`, `aud`, `exp`, `nbf`, `iat`, the `claims` schema, and the revocations if
 * there are any. OAuth access tokens are accepted with `accessTokens` only, and an ID token never. Does NOT
 * check what the user may do, whether the session still exists at the issuer (use revocations), or whether
 * the path belongs to the user (the guard does).
 *
 * @throws {ConfigurationError} An invalid option.
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
  const { sources, form, policy, accessPolicy, readClaims, cacheSize, cacheBytes, ...checked } =
    readOptions(options);
  const { revocations, clock, witness } = checked;
  const keys = createKeyResolver(sources, (policy.maxTokenAge ?? usualLifetime) + policy.clockTolerance);
  const parseToken = createTokenParser(form);
  const cache =
    cacheSize === 0 ? undefined : new BoundedCache<number, Verified<Claims>>(cacheSize, cacheBytes);

  /** Tokens that were not in the cache. */
  let uncached = 0;
  const countUncached = () => uncached;

  function verifySync(token: string, waitUntil?: WaitUntil): Principal<Claims> {
    if (!observers.hasSubscribers) return verifyNow(token, waitUntil);
    return verifyObserved(verifyNow, countUncached, (attempt) => attempt(token, waitUntil));
  }

  function verifyNow(token: string, waitUntil?: WaitUntil): Principal<Claims> {
    if (typeof token !== "string")
      throw new AuthError("token_malformed", { hint: "the token is not a string" });
    keys.maintain(waitUntil);
    const now = clock() / 1000;
    const cacheKey = hashOfEnd(token);
    const known = cache?.get(cacheKey);
    // Of a verified token, only its time, its key and the revocations can change.
    if (
      known !== undefined &&
      known.token === token &&
      now < known.until &&
      now >= known.from &&
      known.key.retired !== true
    ) {
      if (revocations !== undefined) checkRevoked(revocations, known.revocable, now);
      return known.principal ?? readAgain(token);
    }
    uncached++;
    return verifyUncached(token, cacheKey, now);
  }

  function verifyUncached(token: string, cacheKey: number, now: number): Principal<Claims> {
    const parts = parseToken(token);
    const { key, issuers } = keys.verify(parts, now);
    const claims = readClaimsObject(parts);
    // The type decides, and the parser has accepted it: no token is checked against the rules of both kinds.
    if (accessPolicy !== undefined && isAccessToken(parts.header))
      checkAccessToken(claims, accessPolicy, now, issuers);
    else checkClaims(claims, policy, now, issuers);
    // A signed `iat` proves that it is at least that time: see clock.ts.
    if (claims.iat !== undefined) witness?.(claims.iat);
    const principal = principalOf(claims, parts);
    const revocable = revocations === undefined ? neverRevoked : revocableOf(claims, principal.kind);
    const isShared = readClaims === undefined || freezeThrough(principal.claims);
    if (revocations !== undefined) checkRevoked(revocations, revocable, now);
    const { from, until } = lifeOf(claims, policy);
    cache?.set(cacheKey, {
      token,
      principal: isShared ? principal : undefined,
      key,
      revocable,
      from,
      until,
      bytes: entryBytes + 2 * token.length,
    });
    return principal;
  }

  /**
   * A schema gets its own copy of the claims. It may change them, and what was checked must be what is used.
   * `claims` are the token's, and no other code has them before they are frozen.
   */
  function principalOf(claims: TokenClaims, parts: UnverifiedToken): Principal<Claims> {
    const clientId = accessPolicy && isAccessToken(parts.header) ? (claims.client_id as string) : undefined;
    if (readClaims === undefined) return createPrincipal(claims, deepFreeze(claims) as Claims, clientId);
    return createPrincipal(claims, readClaims(readClaimsObject(parts)), clientId);
  }

  /**
   * Creates another principal for a cached token whose schema returns something mutable: requests must not
   * share it.
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
    if (!observers.hasSubscribers) return keys.verifyWithKeys(verifyNow, token, waitUntil);
    return verifyObserved(verifyNow, countUncached, (attempt) =>
      keys.verifyWithKeys(attempt, token, waitUntil),
    );
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

/** Of each verification. */
const observers = channels["usher:verify"];

/** Used without revocations. */
const neverRevoked: RevocableToken = Object.freeze({ sub: "" });

/**
 * A separate object, so that a cached token does not keep claims alive that the schema has dropped. The
 * subject of a client's own token is not a user, whatever its id.
 */
function revocableOf({ sub, iat, jti, sid }: TokenClaims, kind: Principal["kind"]): RevocableToken {
  return Object.freeze({ sub: kind === "user" ? sub : undefined, iat, jti, sid });
}
