import { cautiousClock } from "../clock.ts";
import { integerWithin } from "../option-values.ts";
import { checkedRevocation, endOf } from "./read-revocation.ts";
import type { Revocation, RevocationListener, RevocationStore } from "./store.ts";
import { grace } from "./table.ts";

/**
 * Options of {@link memoryRevocationStore}.
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
   * The longest lifetime of a token, as for `createRevocations`. Revocations are kept for as long plus six
   * minutes, for instances that are created later. Seconds, 1 to 30 days; default: 86400.
   */
  readonly maxTokenAge?: number;
  /** Returns the time in milliseconds since 1970, for tests. */
  readonly clock?: () => number;
}

/** Milliseconds between two confirmations. A store in memory never fails. */
const heartbeat = 1000;
/** More than one, so that cleanup is faster than growth. */
const lookedPerEntry = 2;
const thirtyDays = 30 * 86_400;

/**
 * Creates a store that keeps revocations in this process only: for an API that runs as one process, and for
 * tests. They are lost at a restart, and tokens that were revoked before it are accepted again until they
 * expire.
 *
 * @throws {ConfigurationError} `maxTokenAge` is out of range.
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

  /** Checks a few entries per addition, from where the last check ended. Entries are not sorted by time. */
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
