import { GetTokenTimeout } from "./get-token.ts";

const SECOND = 1000;
const LONGEST = 60 * SECOND;

/**
 * How long `getToken` is not called again after it has failed, in milliseconds: a second, or the error's
 * `retryAfter` (see `TokenUnavailableError`), at most a minute. 0 after a timeout, which took its time.
 */
export function pauseAfter(error: unknown): number {
  if (error instanceof GetTokenTimeout) return 0;
  // By its code: the error may come from a second copy of this package.
  const { code, retryAfter } = (error ?? {}) as { code?: unknown; retryAfter?: unknown };
  const isKnown = code === "token_unavailable" && typeof retryAfter === "number" && retryAfter >= 0;
  return isKnown ? Math.min(Math.max(retryAfter * SECOND, SECOND), LONGEST) : SECOND;
}
