/** The API client's current token, as a store for `useSyncExternalStore`. */
export type LatestToken = {
  get: () => string | undefined;
  set: (token: string | undefined) => void;
  subscribe: (listener: () => void) => () => void;
};

export function createLatestToken(): LatestToken {
  const listeners = new Set<() => void>();
  let latest: string | undefined;
  return {
    get: () => latest,
    set(token) {
      latest = token;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
