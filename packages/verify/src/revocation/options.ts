import { type Clock, elapsedClock, steadyClock } from "../clock.ts";
import { ConfigurationError } from "../errors.ts";
import { integerWithin } from "../option-values.ts";
import type { RevocationStore } from "./store.ts";

/**
 * Options of `createRevocations`. All times are in seconds.
 * @example
 * ```ts
 * import { memoryRevocationStore, type RevocationsOptions } from "@usher-auth/verify/revocation";
 *
 * const options: RevocationsOptions = {
 *   store: memoryRevocationStore(),
 *   maxTokenAge: 900, // seconds
 *   whenStale: "refuse", // 503 while the store does not answer
 * };
 * ```
 */
export interface RevocationsOptions {
  /** Where revocations are stored: `memoryRevocationStore()`, or the store of `@usher-auth/postgres`. */
  readonly store: RevocationStore;
  /**
   * The longest lifetime of a token, 1 to 30 days. A verifier with these revocations rejects older tokens.
   */
  readonly maxTokenAge: number;
  /** How long the store may be silent before the revocations count as stale. 3 to 3600; default: 10. */
  readonly maxStaleness?: number;
  /**
   * What happens while the revocations are stale: `refuse` rejects all tokens with `revocations_unavailable`
   * (503), `accept` accepts tokens that are not known to be revoked. Default: `refuse`.
   */
  readonly whenStale?: "refuse" | "accept";
  /** Returns the time in milliseconds since 1970, for tests. It then also measures elapsed time. */
  readonly clock?: Clock;
}

/** Revocation options after validation. */
export interface CheckedRevocationsOptions extends Required<RevocationsOptions> {
  /** Elapsed milliseconds; never decreases. */
  readonly elapsed: Clock;
}

const thirtyDays = 30 * 86_400;

/** @throws {ConfigurationError} */
export function readOptions(options: RevocationsOptions): CheckedRevocationsOptions {
  const { store, whenStale = "refuse" } = options;
  if (typeof store?.subscribe !== "function" || typeof store.load !== "function") {
    throw new ConfigurationError("createRevocations: give a store, such as memoryRevocationStore().");
  }
  if (whenStale !== "refuse" && whenStale !== "accept") {
    throw new ConfigurationError('createRevocations: whenStale must be "refuse" or "accept".');
  }
  return {
    store,
    whenStale,
    maxTokenAge: integerWithin(options.maxTokenAge, "createRevocations: maxTokenAge", 1, thirtyDays),
    maxStaleness: integerWithin(options.maxStaleness ?? 10, "createRevocations: maxStaleness", 3, 3600),
    clock: options.clock ?? steadyClock(),
    elapsed: elapsedClock(options.clock, options.clock),
  };
}
