import { cautiousClock } from "../clock.ts";
import { integerWithin } from "../option-values.ts";
import { checkedRevocation, endOf } from "./read-revocation.ts";
import type { Revocation, RevocationListener, RevocationStore } from "./store.ts";
import { grace } from "./table.ts";

/**
 * What {@link memoryRevocationStore} may be told.
 *
 * @example
 * ```ts
 * import { type MemoryRevocationStoreOptions, memoryRevocationStore } from "@usher-auth/verify/revocation";
 *
 * const options: MemoryRevocationStoreOptions = { maxTokenAge: 900 }; // seconds
 * const store = memoryRevocationStore(options);
 * ```
 */
export interface MemoryRevocationStoreOptions {
  /**
   * The longest life of a token, as `createRevocations` is told it: for one that is made later, revocations
   * are kept for as long, and six minutes more, as it keeps them itself. Seconds, 1 to 30 days; default
   * 86400.
   */
  readonly maxTokenAge?: number;
  /** The time in milliseconds since 1970, for tests. */
  readonly clock?: () => number;
}

/** Milliseconds between two confirmations: a store in the same memory is always well. */
const heartbeat = 1000;
/** More than one, so that forgetting gains on the growth. */
const lookedPerEntry = 2;
const thirtyDays = 30 * 86_400;

/**
 * Keeps revocations in this process, and tells no other: for an API that runs as one process, and for tests.
 * They are gone when it ends, so tokens revoked before a restart are accepted after it, until they expire.
 *
 * @throws {ConfigurationError} A `maxTokenAge` out of range.
 *
 * @example
 * ```ts
 * import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
 *
 * // For one process. With several replicas, use the store of @usher-auth/postgres.
 * const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
 * ```
 */
export function memoryRevocationStore(options: MemoryRevocationStoreOptions = {}): RevocationStore {
  const maxTokenAge = integerWithin(
    options.maxTokenAge ?? 86_400,
    "memoryRevocationStore: maxTokenAge",
    1,
    thirtyDays,
  );
  const clock = options.clock ?? cautiousClock();
  const kept = new Map<string, Revocation>();
  let looked = kept.entries();
  const listeners = new Set<RevocationListener>();

  const isOld = ({ before }: Revocation): boolean => before < clock() / 1000 - maxTokenAge - grace;

  /** A few at each addition, from where the last look ended: what came last need not be the youngest. */
  function forgetOld(count: number): void {
    for (let step = 0; step < count; step++) {
      const { done, value } = looked.next();
      if (done === true) looked = kept.entries();
      else if (isOld(value[1])) kept.delete(value[0]);
    }
  }

  return {
    async *load() {
      yield [...kept.values()].filter((revocation) => !isOld(revocation));
    },
    async append(given) {
      const revocations = given.map(checkedRevocation);
      forgetOld(lookedPerEntry * (revocations.length + 1));
      for (const revocation of revocations) {
        const key = `${revocation.kind} ${revocation.id}`;
        const known = kept.get(key);
        if (known !== undefined && endOf(known) >= endOf(revocation)) continue;
        kept.delete(key);
        kept.set(key, revocation);
      }
      for (const listener of listeners) listener.revoked(revocations);
    },
    async subscribe(listener) {
      listeners.add(listener);
      listener.confirmed();
      const timer = setInterval(() => listener.confirmed(), heartbeat);
      timer.unref?.(); // a number on workerd
      return async () => {
        clearInterval(timer);
        listeners.delete(listener);
      };
    },
  };
}
