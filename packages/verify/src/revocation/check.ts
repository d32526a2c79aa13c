import { AuthError, isAuthError } from "../errors.ts";
import { reasonOf } from "../log-text.ts";
import { within } from "../user-code/deadline.ts";
import { ignorePromise } from "../user-code/thenable.ts";
import type { Revocations } from "./revocations.ts";
import type { RevocableToken } from "./table.ts";

// Revocations may be the application's own. If they fail, or do not answer in time, the result is unknown: a
// 503. The token is neither accepted nor revoked.

/** Milliseconds to load all revocations. Generous: it only ends a wait at startup. */
const loadTimeout = 60_000;

/**
 * Checks one token.
 *
 * @throws {AuthError} `token_revoked`, `revocations_unavailable`.
 */
export function checkRevoked(revocations: Revocations, token: RevocableToken, now: number): void {
  try {
    if (!ignorePromise(revocations.check(token, now))) return;
    throw new Error("it must be synchronous");
  } catch (error) {
    throw failed("check", error);
  }
}

/** @throws {AuthError} `revocations_unavailable`: they could not be loaded within a minute. */
export async function loadAll(revocations: Revocations): Promise<void> {
  try {
    await within(loadTimeout, () => revocations.ready());
  } catch (error) {
    throw failed("ready", error);
  }
}

function failed(method: string, error: unknown): AuthError {
  return isAuthError(error)
    ? error
    : new AuthError("revocations_unavailable", {
        hint: `${method} failed: ${reasonOf(error)}`,
        cause: error,
      });
}
