import { SignedOutError } from "../errors.ts";
import { callGetToken, type GetToken } from "./get-token.ts";
import { readExpiry } from "./token-claims.ts";
import type { Tokens } from "./tokens.ts";

/** Milliseconds. A token is replaced this long before its `exp`, so that it does not expire in transit. */
const REFRESH_BEFORE_EXPIRY = 30_000;

/** The signed-in user's cached token, and at most one pending fetch of a new one. */
export type TokenStore = Tokens & {
  /** Later calls fetch a new token, and do not share a fetch that is pending. The session continues. */
  refresh(): void;
  /** Ends the session: removes the cached token and ignores the result of a pending fetch. */
  clear(): void;
};

export type TokenStoreOptions = {
  getToken: GetToken;
  /** Milliseconds for one call of `getToken`. */
  deadline: number;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Called with each result of `getToken`, before the calls that wait for it continue. */
  onAnswer: (token: string | undefined) => void;
};

export function createTokenStore({ getToken, deadline, now, onAnswer }: TokenStoreOptions): TokenStore {
  let cached: { token: string; freshUntil: number } | undefined;
  let pending: Promise<string | undefined> | undefined;
  let session: { ended: Error | undefined } = { ended: undefined };
  /** Incremented when fetches that have started no longer count. */
  let generation = 0;

  async function fetchToken(startedIn: number, rejected: string | undefined): Promise<string | undefined> {
    const token = await callGetToken(getToken, { rejected }, deadline);
    if (generation !== startedIn) return token;
    cached = token === undefined ? undefined : toCached(token);
    onAnswer(token);
    return token;
  }

  /**
   * Concurrent calls share one fetch. `getToken` runs in a later microtask, after `pending` is set, so that a
   * call made by `getToken` itself shares it too. A failed fetch is not cached: the next call tries again.
   */
  function fetchOnce(rejected?: string): Promise<string | undefined> {
    if (pending) return pending;
    const startedIn = generation;
    const started = Promise.resolve()
      .then(() => fetchToken(startedIn, rejected))
      .finally(() => {
        if (pending === started) pending = undefined;
      });
    pending = started;
    return started;
  }

  function refresh(): void {
    generation += 1;
    cached = undefined;
    pending = undefined;
  }

  return {
    session: () => session,
    async current() {
      return cached && now() < cached.freshUntil ? cached.token : fetchOnce();
    },
    async replace(rejected) {
      if (cached?.token === rejected) cached = undefined;
      return cached && now() < cached.freshUntil ? cached.token : fetchOnce(rejected);
    },
    discard(token) {
      if (cached?.token === token) cached = undefined;
    },
    refresh,
    clear() {
      session.ended = new SignedOutError("The token was cleared while this call waited for it");
      session = { ended: undefined };
      refresh();
    },
  };
}

/** Undefined if the token's expiry cannot be read: it is used by the waiting calls and not cached. */
function toCached(token: string): { token: string; freshUntil: number } | undefined {
  const expiry = readExpiry(token);
  return expiry === undefined ? undefined : { token, freshUntil: expiry - REFRESH_BEFORE_EXPIRY };
}
