import { isAuthError } from "./errors.ts";
import type { KeyRing } from "./key-ring.ts";

/**
 * Verifies with the keys at hand, and where those will not do, once more with newer ones. Synchronous unless keys must be
 * fetched: a promise for each request would cost more than a remembered token does.
 */
export function verifyWithKeys<Result>(
  keys: KeyRing,
  verify: (token: string) => Result,
  token: string,
): Result | Promise<Result> {
  // Keys that nobody asked for in a long time: newer ones first. Failing that, those at hand.
  if (keys.overdue()) {
    const tried = keys.refresh().catch(() => undefined);
    return tried.then(() => verify(token));
  }
  try {
    return verify(token);
  } catch (error) {
    if (!keys.canRefresh || !isAboutKeys(error)) throw error;
    return keys.refresh().then(() => verify(token));
  }
}

function isAboutKeys(error: unknown): boolean {
  return isAuthError(error) && (error.code === "key_unknown" || error.code === "keys_unavailable");
}
