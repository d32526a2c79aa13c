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
import { logoutTokenType, mediaType } from "../token/header.ts";
import type { TokenForm } from "../token/parse.ts";
import { ignorePromise } from "../user-code/thenable.ts";

/**
 * What a verifier is made of.
 *
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
   * Where keys come from: `sharedSecret`, `reloadedSecret`, `remoteJwks`, `localJwks`, or a list; each source
   * keeps its own algorithms, and its own `issuer` where it has one.
   */
  readonly keys: KeySource | readonly KeySource[];
  /**
   * The `iss` that tokens must have, exactly: the origin of Better Auth's `baseURL`. A list accepts any one
   * of its members; with several key sources, each of them must then say whose keys it has (RFC 8725 section
   * 3.8).
   */
  readonly issuer: string | readonly string[];
  /** The `aud` that tokens must have one of: this API. `null` says out loud that it is not checked. */
  readonly audience: string | readonly string[] | null;
  /** By how much the issuer's clock may differ from this one. Seconds, 0 to 300; default 5. */
  readonly clockTolerance?: number;
  /**
   * The longest time since `iat`, whatever `exp` says; makes `iat` required. Seconds, at least 1; default: no
   * limit.
   */
  readonly maxTokenAge?: number;
  /** The longest token looked at. Characters, 64 to 65536; default 8192. */
  readonly maxTokenLength?: number;
  /**
   * The `typ` that tokens must have, such as `at+jwt` (RFC 9068). Default: `JWT` or none, which is what
   * Better Auth sends.
   */
  readonly typ?: string;
  /**
   * A Standard Schema (zod, valibot, ...) for the claims; what it returns becomes `principal.claims`. It must
   * be synchronous; one that throws, or answers with a promise, refuses the token as `claims_invalid`. It
   * gets a copy of the claims, so that changing them changes nothing that is checked: `principal.id` and the
   * times are the token's own.
   */
  readonly claims?: StandardSchema<Claims>;
  /**
   * How many verified tokens to remember, so that a second request with the same one is cheap. 0 to 1 000
   * 000; default 10 000; `false` remembers none. Fewer where they are large: see `cacheBytes`.
   */
  readonly cache?: number | false;
  /**
   * How much memory the remembered tokens may take, by an estimate of 600 bytes for each and two for each
   * character. Bytes, at least 65 536; default 4096 for each token of `cache`, which is 40 MB, and which
   * tokens of up to 1700 characters fit in.
   */
  readonly cacheBytes?: number;
  /**
   * What no longer counts, asked about every token that is otherwise good, remembered ones too. Its
   * `maxTokenAge` then holds here as well (the smaller one, where both are set), since it forgets what is
   * older. Default: none.
   */
  readonly revocations?: Revocations;
  /**
   * The time in milliseconds since 1970, for tests. Default: the system's clock (`Date.now`, looked up at
   * each call), which here does not revive expired tokens when it is put back.
   */
  readonly clock?: Clock;
}

/**
 * Room for a few of the largest tokens, and what is allowed for each token where `cacheBytes` does not say.
 */
const [leastCacheBytes, usualEntryBytes] = [65_536, 4096];

/** Options after the one check that they get. */
export interface CheckedOptions<Claims> {
  readonly sources: readonly BoundSource[];
  readonly form: TokenForm;
  readonly policy: ClaimsPolicy;
  /** Undefined where the claims are what the token says. */
  readonly readClaims: ReadClaims<Claims> | undefined;
  readonly cacheSize: number;
  readonly cacheBytes: number;
  readonly revocations: Revocations | undefined;
  readonly clock: Clock;
  /** Undefined where the clock is the user's. */
  readonly witness: SteadyClock["witness"] | undefined;
}

/** @throws {ConfigurationError} */
export function readOptions<Claims>(options: VerifierOptions<Claims>): CheckedOptions<Claims> {
  const issuers = strings(options.issuer, "issuer", "Set it to Better Auth's baseURL.");
  const sources = bindSources(options.keys, issuers);
  const typ = readTyp(options.typ);
  const cacheSize =
    options.cache === false ? 0 : integerWithin(options.cache ?? 10_000, "cache", 0, 1_000_000);
  return {
    sources,
    form: {
      maxTokenLength: integerWithin(options.maxTokenLength ?? 8192, "maxTokenLength", 64, 65_536),
      typ,
    },
    policy: {
      issuers,
      audiences:
        options.audience === null
          ? null
          : strings(
              options.audience,
              "audience",
              "Set it to this API's name in tokens, or to null to check none.",
            ),
      clockTolerance: integerWithin(options.clockTolerance ?? 5, "clockTolerance", 0, 300),
      maxTokenAge: readMaxTokenAge(options),
    },
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
    throw new ConfigurationError("typ: a logout token must not pass for one for the API.");
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
      // What is no time comes before the end of no token. Nobody waits for a promise, or must end by it.
      ignorePromise(time);
      return Number.NaN;
    },
    witness: undefined,
  };
}

/** A token older than the revocations remember could have been revoked without a trace. */
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

function strings(value: string | readonly string[], name: string, advice: string): readonly string[] {
  return stringList(value, `${name}: a non-empty string, or a list of them, is required. ${advice}`);
}
