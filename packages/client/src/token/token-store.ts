import { callWithDeadline } from "../deadline.ts";
import { TokenUnavailableError } from "../errors.ts";
import { readExpiry } from "./token-claims.ts";

/** Milliseconds. A token is replaced this long before its `exp`, so that it does not expire in transit. */
const REFRESH_BEFORE_EXPIRY = 30_000;

/**
 * `b64token` of RFC 6750 section 2.1. Checked here because the error of an invalid header would quote the
 * token.
 */
const BEARER_TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** The signed-in user's cached token, and at most one pending fetch of a new one. */
export type TokenStore = {
  /** Incremented by `clear()`. A call that began in one session must not use a token of a later one. */
  session(): number;
  /** The cached token if it is fresh, otherwise a new one. Undefined when signed out. */
  current(): Promise<string | undefined>;
  /**
   * The cached token if it is not the rejected one, otherwise a new one, which may be the rejected one again.
   */
  replace(rejected: string): Promise<string | undefined>;
  /** Removes this token if it is the cached one. */
  discard(token: string): void;
  /** Later calls fetch a new token, and do not share a fetch that is pending. The session continues. */
  refresh(): void;
  /** Ends the session: removes the cached token and ignores the result of a pending fetch. */
  clear(): void;
};

export type TokenStoreOptions = {
  getToken: () => unknown;
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
  let session = 0;
  /** Incremented when fetches that have started no longer count. */
  let generation = 0;

  const timeout = () => new TokenUnavailableError(`getToken did not answer within ${deadline} ms`);

  async function fetchToken(startedIn: number): Promise<string | undefined> {
    const token = requireToken(await callWithDeadline(getToken, deadline, timeout));
    if (generation !== startedIn) return token;
    cached = token === undefined ? undefined : toCached(token);
    onAnswer(token);
    return token;
  }

  /**
   * Concurrent calls share one fetch. `getToken` runs in a later microtask, after `pending` is set, so that a
   * call made by `getToken` itself shares it too. A failed fetch is not cached: the next call tries again.
   */
  function fetchOnce(): Promise<string | undefined> {
    if (pending) return pending;
    const startedIn = generation;
    const started = Promise.resolve()
      .then(() => fetchToken(startedIn))
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
      return cached && now() < cached.freshUntil ? cached.token : fetchOnce();
    },
    discard(token) {
      if (cached?.token === token) cached = undefined;
    },
    refresh,
    clear() {
      session += 1;
      refresh();
    },
  };
}

/** Undefined if the token's expiry cannot be read: it is used by the waiting calls and not cached. */
function toCached(token: string): { token: string; freshUntil: number } | undefined {
  const expiry = readExpiry(token);
  return expiry === undefined ? undefined : { token, freshUntil: expiry - REFRESH_BEFORE_EXPIRY };
}

function requireToken(token: unknown): string | undefined {
  if (token === null || token === undefined || token === "") return undefined;
  if (typeof token !== "string" || !BEARER_TOKEN.test(token)) {
    throw new TypeError(
      "getToken must return a bearer token (RFC 6750 section 2.1), or null when the user is signed out",
    );
  }
  return token;
}
