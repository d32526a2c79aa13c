import type { AccessPolicy } from "../claims/access-token.ts";
import type { ClaimsPolicy } from "../claims/claims.ts";
import { claimsReader, type ReadClaims } from "../claims/claims-schema.ts";
import type { TokenClaims } from "../claims/principal.ts";
import type { StandardSchema } from "../claims/standard-schema.ts";
import { type Clock, type SteadyClock, steadyClock } from "../clock.ts";
import { ConfigurationError } from "../errors.ts";
import { type BoundSource, bindSources } from "../keys/bound-source.ts";
import type { KeySource } from "../keys/key-source.ts";
import { integerWithin, isNonEmptyString, stringList } from "../option-values.ts";
import type { Revocations } from "../revocation/revocations.ts";
import { accessTokenType, logoutTokenType, mediaType } from "../token/header.ts";
import type { TokenForm } from "../token/parse.ts";
import { ignorePromise } from "../user-code/thenable.ts";
import { type AccessTokenOptions, readAccessTokens } from "./access-tokens.ts";
import { type AudienceOption, readAudience } from "./audience.ts";

/**
 * Options of {@link createVerifier}.
 * @example
 * ```ts
 * import { sharedSecret, type VerifierOptions } from "@usher-auth/verify";
 *
 * const options: VerifierOptions = {
 *   keys: sharedSecret(process.env.BETTER_AUTH_SECRET),
 *   issuer: "https://app.example.com",
 *   audience: "https://api.example.com",
 *   clockTolerance: 10, // seconds
 *   maxTokenAge: 900,
 * };
 * ```
 */
export interface VerifierOptions<Claims = TokenClaims> {
  /**
   * The keys: `sharedSecret`, `reloadedSecret`, `remoteJwks`, `localJwks`, `keySource`, or a list. Each
   * source has its own algorithms and, optionally, its own `issuer`.
   */
  readonly keys: KeySource | readonly KeySource[];
  /**
   * The required `iss`, compared exactly: the origin of Better Auth's `baseURL`. A list accepts each of its
   * members. With several key sources, each source must then name its `issuer` (RFC 8725 section 3.8).
   */
  readonly issuer: string | readonly string[];
  /**
   * The name of this API: tokens must have it in `aud`. A list accepts each of its members. `{ exactly }`
   * also rejects a token that names any other audience. `null` disables the check.
   */
  readonly audience: AudienceOption;
  /**
   * Accepts OAuth access tokens too, each by its own rules. With several key sources, those that sign access
   * tokens must name their issuer. Default: none is accepted.
   */
  readonly accessTokens?: AccessTokenOptions;
  /** The tolerated difference between the issuer's clock and this one. Seconds, 0 to 300; default: 5. */
  readonly clockTolerance?: number;
  /**
   * The longest time since `iat`, whatever `exp` says. Makes `iat` required. Seconds, at least 1; default: no
   * limit.
   */
  readonly maxTokenAge?: number;
  /** The longest accepted token. Characters, 64 to 65536; default: 8192. */
  readonly maxTokenLength?: number;
  /**
   * The required `typ` of session tokens. Default: `JWT` or none, which is what Better Auth sends. For OAuth
   * access tokens (`at+jwt`), use `accessTokens`.
   */
  readonly typ?: string;
  /**
   * A Standard Schema (zod, valibot, ...) for the claims. Its output becomes `principal.claims`. It must be
   * synchronous. If it throws, or returns a promise, the token is `claims_invalid`. It gets a copy of the
   * claims: `principal.id` and the times are always the token's own.
   */
  readonly claims?: StandardSchema<Claims>;
  /**
   * How many verified tokens to cache. 0 to 1 000 000; default: 10 000; `false` disables the cache. Fewer if
   * tokens are large: see `cacheBytes`.
   */
  readonly cache?: number | false;
  /**
   * The estimated memory of the cache: 600 bytes per token and two per character. Bytes, at least 65 536;
   * default: 4096 per token of `cache`, which is 40 MB and fits tokens of up to 1700 characters.
   */
  readonly cacheBytes?: number;
  /**
   * Revocations to check for every valid token, cached ones too. Their `maxTokenAge` then limits this
   * verifier as well; the smaller value counts. Default: none.
   */
  readonly revocations?: Revocations;
  /**
   * Returns the time in milliseconds since 1970, for tests. Default: the system's clock (`Date.now`, looked
   * up at each call), corrected so that setting it back does not make expired tokens valid.
   */
  readonly clock?: Clock;
}

/** Room for a few of the largest tokens, and the bytes per token if `cacheBytes` is not set. */
const [leastCacheBytes, usualEntryBytes] = [65_536, 4096];

/** Verifier options after validation. */
export interface CheckedOptions<Claims> {
  readonly sources: readonly BoundSource[];
  readonly form: TokenForm;
  readonly policy: ClaimsPolicy;
  /** The rules of access tokens; undefined if none is accepted. */
  readonly accessPolicy: AccessPolicy | undefined;
  /** Undefined if there is no schema. */
  readonly readClaims: ReadClaims<Claims> | undefined;
  readonly cacheSize: number;
  readonly cacheBytes: number;
  readonly revocations: Revocations | undefined;
  readonly clock: Clock;
  /** Undefined if the clock is the application's. */
  readonly witness: SteadyClock["witness"] | undefined;
}

/** @throws {ConfigurationError} */
export function readOptions<Claims>(options: VerifierOptions<Claims>): CheckedOptions<Claims> {
  const policy: ClaimsPolicy = {
    issuers: stringList(
      options.issuer,
      "issuer: a non-empty string, or a list of them, is required. Set it to Better Auth's baseURL.",
    ),
    ...readAudience(options.audience, "audience"),
    clockTolerance: integerWithin(options.clockTolerance ?? 5, "clockTolerance", 0, 300),
    maxTokenAge: readMaxTokenAge(options),
  };
  const accessPolicy =
    options.accessTokens === undefined ? undefined : readAccessTokens(options.accessTokens, policy);
  const issuers = new Set([...policy.issuers, ...(accessPolicy?.issuers ?? [])]);
  const sources = bindSources(options.keys, [...issuers]);
  const typ = readTyp(options.typ);
  const cacheSize =
    options.cache === false ? 0 : integerWithin(options.cache ?? 10_000, "cache", 0, 1_000_000);
  return {
    sources,
    form: {
      maxTokenLength: integerWithin(options.maxTokenLength ?? 8192, "maxTokenLength", 64, 65_536),
      typ,
      accessTokens: accessPolicy !== undefined,
    },
    policy,
    accessPolicy,
    readClaims: options.claims === undefined ? undefined : claimsReader(options.claims),
    cacheSize,
    cacheBytes: readCacheBytes(options.cacheBytes, cacheSize),
    revocations: readRevocations(options.revocations),
    ...readClock(options.clock),
  };
}

function readTyp(typ: string | undefined): string | undefined {
  if (typ === undefined) return undefined;
  if (!isNonEmptyString(typ)) throw new ConfigurationError("typ: must be a non-empty string.");
  const type = mediaType(typ);
  if (type === logoutTokenType)
    throw new ConfigurationError("typ: logout tokens must not be accepted as API tokens.");
  if (type === accessTokenType)
    throw new ConfigurationError(
      "typ: OAuth access tokens have separate rules. Accept them with `accessTokens`.",
    );
  return type;
}

function readCacheBytes(cacheBytes: number | undefined, cacheSize: number): number {
  if (cacheBytes === undefined) return Math.max(leastCacheBytes, cacheSize * usualEntryBytes);
  return integerWithin(cacheBytes, "cacheBytes", leastCacheBytes, Number.MAX_SAFE_INTEGER);
}

function readClock(clock: Clock | undefined): Pick<CheckedOptions<unknown>, "clock" | "witness"> {
  if (clock === undefined) {
    const steady = steadyClock();
    return { clock: steady, witness: steady.witness };
  }
  if (typeof clock !== "function") throw new ConfigurationError("clock: give a function, such as Date.now.");
  return {
    clock: () => {
      const time: unknown = clock();
      if (typeof time === "number") return time;
      // With NaN as the time, every token is rejected as expired.
      ignorePromise(time);
      return Number.NaN;
    },
    witness: undefined,
  };
}

/** A token that is older than the revocations remember could have been revoked without a trace. */
function readMaxTokenAge({
  maxTokenAge,
  revocations,
}: Pick<VerifierOptions, "maxTokenAge" | "revocations">): number | undefined {
  if (maxTokenAge === undefined) return revocations?.maxTokenAge;
  const own = integerWithin(maxTokenAge, "maxTokenAge", 1, Number.MAX_SAFE_INTEGER);
  return Math.min(own, revocations?.maxTokenAge ?? own);
}

function readRevocations(revocations: Revocations | undefined): Revocations | undefined {
  if (revocations === undefined) return undefined;
  if (typeof revocations?.check !== "function" || typeof revocations.ready !== "function") {
    throw new ConfigurationError("revocations: give createRevocations(...).");
  }
  integerWithin(revocations.maxTokenAge, "revocations: maxTokenAge", 1, Number.MAX_SAFE_INTEGER);
  return revocations;
}
