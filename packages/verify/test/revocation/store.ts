import type { Revocation, RevocationListener, RevocationStore } from "../../src/revocation/index.ts";

/** A store that only does what a test tells it to. */
export interface HandStore extends RevocationStore {
  /** What `load` yields. An Error is thrown instead. */
  rows: (readonly Revocation[] | Error)[];
  /** Runs between the call of `load` and its first batch. */
  duringLoad: () => void | Promise<void>;
  /** Why subscribing fails; undefined lets it succeed. */
  refusal: Error | undefined;
  readonly listeners: Set<RevocationListener>;
  /** The calls that were made, in order. */
  readonly calls: string[];
  /** Notifies every listener. */
  tell(what: (listener: RevocationListener) => void): void;
}

export function handStore(): HandStore {
  const store: HandStore = {
    rows: [],
    duringLoad: () => {},
    refusal: undefined,
    listeners: new Set(),
    calls: [],
    tell: (what) => store.listeners.forEach(what),
    async *load() {
      store.calls.push("load");
      await store.duringLoad();
      for (const batch of store.rows) {
        if (batch instanceof Error) throw batch;
        yield batch;
      }
    },
    async append(batch) {
      store.rows.push(batch);
      store.tell((listener) => listener.revoked(batch));
    },
    async subscribe(listener) {
      store.calls.push("subscribe");
      if (store.refusal !== undefined) throw store.refusal;
      store.listeners.add(listener);
      return async () => {
        store.calls.push("stop");
        store.listeners.delete(listener);
      };
    },
  };
  return store;
}
