import type { Revocation, RevocationListener, RevocationStore } from "../../src/revocation/index.ts";

/** A store that does what a test says, and nothing by itself. */
export interface HandStore extends RevocationStore {
  /** What `load` yields; an Error is thrown in its place. */
  rows: (readonly Revocation[] | Error)[];
  /** What happens between `load` being called and its first batch. */
  duringLoad: () => void | Promise<void>;
  /** Why subscribing fails; undefined lets it succeed. */
  refusal: Error | undefined;
  readonly listeners: Set<RevocationListener>;
  /** The calls that were made, in order. */
  readonly calls: string[];
  /** Tells every listener. */
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
