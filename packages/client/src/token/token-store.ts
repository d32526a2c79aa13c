import { pauseAfter } from "./failure-pause.ts";
import { freshFor } from "./freshness.ts";
import { callGetToken, type GetToken } from "./get-token.ts";

/** The cached token, at most one pending fetch of a new one, and the last failure for a moment. */
export type TokenStore = {
  /** A token that can be used. Undefined when signed out. */
  current(): Promise<string | undefined>;
  /** Another token than the rejected one, or the same if there is no other. */
  replace(rejected: string): Promise<string | undefined>;
  /** Forgets this token. */
  discard(token: string): void;
  /** Later calls fetch a new token, and do not share a fetch that is pending. */
  refresh(): void;
};

export type TokenStoreOptions = {
  getToken: GetToken;
  /** Milliseconds for one call of `getToken`. */
  deadline: number;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Called with each token, before it is cached or used. An error that it throws is the fetch's. */
  onToken?: (token: string) => void;
  /** Called with each result of `getToken` that no `refresh` has overtaken, before its calls continue. */
  onAnswer?: (token: string | undefined) => void;
};

/** Something that holds for `milliseconds` since a time. */
type Timed<Value> = { readonly value: Value; readonly since: number; readonly milliseconds: number };

export function createTokenStore(options: TokenStoreOptions): TokenStore {
  const { getToken, deadline, now, onToken, onAnswer } = options;
  let cached: Timed<string> | undefined;
  let failure: Timed<unknown> | undefined;
  let pending: Promise<string | undefined> | undefined;
  /** Incremented when fetches that have started no longer count. */
  let generation = 0;

  /** Not while the clock is before `since`: it was set back, and nothing may last longer by that. */
  function holds(timed: Timed<unknown> | undefined): boolean {
    if (timed === undefined) return false;
    const elapsed = now() - timed.since;
    return elapsed >= 0 && elapsed < timed.milliseconds;
  }

  async function fetchToken(startedIn: number, rejected: string | undefined): Promise<string | undefined> {
    try {
      const token = await callGetToken(getToken, { rejected }, deadline);
      if (token !== undefined) onToken?.(token);
      if (generation !== startedIn) return token;
      const since = now();
      cached =
        token === undefined ? undefined : { value: token, since, milliseconds: freshFor(token, since) };
      failure = undefined;
      onAnswer?.(token);
      return token;
    } catch (error) {
      if (generation === startedIn) failure = { value: error, since: now(), milliseconds: pauseAfter(error) };
      throw error;
    }
  }

  /**
   * Concurrent calls share one fetch. `getToken` runs in a later microtask, after `pending` is set, so that a
   * call made by `getToken` itself shares it too. After a failure, calls get its error for a moment.
   */
  function fetchOnce(rejected?: string): Promise<string | undefined> {
    if (pending) return pending;
    if (failure && holds(failure)) return Promise.reject(failure.value);
    const startedIn = generation;
    const started = Promise.resolve()
      .then(() => fetchToken(startedIn, rejected))
      .finally(() => {
        if (pending === started) pending = undefined;
      });
    pending = started;
    return started;
  }

  async function current(rejected?: string): Promise<string | undefined> {
    return cached && holds(cached) ? cached.value : fetchOnce(rejected);
  }

  function discard(token: string): void {
    if (cached?.value === token) cached = undefined;
  }

  return {
    current: () => current(),
    replace(rejected) {
      discard(rejected);
      return current(rejected);
    },
    discard,
    refresh() {
      generation += 1;
      cached = undefined;
      pending = undefined;
    },
  };
}
