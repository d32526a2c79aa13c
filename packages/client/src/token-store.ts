import { answerOf } from "./deadline.ts";
import { readExpiry } from "./expiry.ts";

/**
 * A token is replaced this many milliseconds before it expires, so that it does not expire on its way to the
 * API.
 */
const REFRESH_BEFORE_EXPIRY = 30_000;

/**
 * `b64token` of RFC 6750 section 2.1. Checked here because a header's own error message would quote the
 * token.
 */
const BEARER_TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** The one token of the signed-in user, and the one request for a new one that may be under way. */
export type TokenStore = {
  /**
   * Goes up with every `clear()`: what was begun in an earlier session does not use the token of a later one.
   */
  session(): number;
  /** The kept token while it is fresh, else a new one; undefined when signed out. */
  current(): Promise<string | undefined>;
  /**
   * A token other than the refused one if one is kept, else a newly fetched one (which may be the same
   * again).
   */
  replace(refused: string): Promise<string | undefined>;
  /** Forgets this token, if it is the one kept. */
  discard(token: string): void;
  /** Forgets everything, also the answer of a fetch that is under way. */
  clear(): void;
};

export type TokenStoreOptions = {
  getToken: () => unknown;
  /** Milliseconds for one call of `getToken`. */
  deadline: number;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Called with each answer of `getToken`, before anybody who waits for it goes on. */
  onAnswer: (token: string | undefined) => void;
};

export function createTokenStore({ getToken, deadline, now, onAnswer }: TokenStoreOptions): TokenStore {
  let kept: { token: string; freshUntil: number } | undefined;
  let underway: Promise<string | undefined> | undefined;
  let session = 0;

  async function fetchToken(startedIn: number): Promise<string | undefined> {
    const token = requireToken(await answerOf(getToken, deadline));
    if (session !== startedIn) return token;
    kept = token === undefined ? undefined : keep(token);
    onAnswer(token);
    return token;
  }

  /**
   * Callers that come while a fetch is under way share it, those that `getToken` itself makes too: it is
   * called once that is known. A failed one is forgotten, so the next call tries again.
   */
  function fetchOnce(): Promise<string | undefined> {
    if (underway) return underway;
    const startedIn = session;
    const started = Promise.resolve()
      .then(() => fetchToken(startedIn))
      .finally(() => {
        if (underway === started) underway = undefined;
      });
    underway = started;
    return started;
  }

  return {
    session: () => session,
    async current() {
      return kept && now() < kept.freshUntil ? kept.token : fetchOnce();
    },
    async replace(refused) {
      if (kept?.token === refused) kept = undefined;
      return kept && now() < kept.freshUntil ? kept.token : fetchOnce();
    },
    discard(token) {
      if (kept?.token === token) kept = undefined;
    },
    clear() {
      session += 1;
      kept = undefined;
      underway = undefined;
    },
  };
}

/** A token whose expiry cannot be read is used by those who wait for it, and not kept. */
function keep(token: string): { token: string; freshUntil: number } | undefined {
  const expiry = readExpiry(token);
  return expiry === undefined ? undefined : { token, freshUntil: expiry - REFRESH_BEFORE_EXPIRY };
}

function requireToken(token: unknown): string | undefined {
  if (token === null || token === undefined || token === "") return undefined;
  if (typeof token !== "string" || !BEARER_TOKEN.test(token)) {
    throw new TypeError(
      "getToken must give a bearer token (RFC 6750, section 2.1), or null when nobody is signed in",
    );
  }
  return token;
}
