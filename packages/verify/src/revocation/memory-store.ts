import { integerWithin } from "../range.ts";
import type { Revocation, RevocationListener, RevocationStore } from "./store.ts";

/** What {@link memoryRevocationStore} may be told. */
export interface MemoryRevocationStoreOptions {
  /** How long revocations are kept for a `createRevocations` that is made later. Seconds, 1 to 30 days; default 86400. */
  readonly maxTokenAge?: number;
  /** The time in milliseconds since 1970, for tests. */
  readonly clock?: () => number;
}

/** Milliseconds between two confirmations: a store in the same memory is always well. */
const heartbeat = 1000;
const thirtyDays = 30 * 86_400;

/**
 * Keeps revocations in this process, and tells no other: for an API that runs as one process, and for tests. They are
 * gone when it ends, so tokens revoked before a restart are accepted after it, until they expire.
 *
 * @throws {ConfigurationError} A `maxTokenAge` out of range.
 */
export function memoryRevocationStore(options: MemoryRevocationStoreOptions = {}): RevocationStore {
  const maxTokenAge = integerWithin(options.maxTokenAge ?? 86_400, "memoryRevocationStore: maxTokenAge", 1, thirtyDays);
  const clock = options.clock ?? Date.now;
  const kept = new Map<string, Revocation>();
  const listeners = new Set<RevocationListener>();

  /** Oldest first, as a Map keeps them: what is too old stands in front, give or take the order in which it came. */
  function forgetOld(): void {
    const earliest = clock() / 1000 - maxTokenAge;
    for (const [key, { before }] of kept) {
      if (before >= earliest) break;
      kept.delete(key);
    }
  }

  return {
    async *load() {
      yield [...kept.values()];
    },
    async append(revocations) {
      forgetOld();
      for (const revocation of revocations) {
        const key = `${revocation.kind} ${revocation.id}`;
        const known = kept.get(key);
        if (known !== undefined && known.before >= revocation.before) continue;
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
