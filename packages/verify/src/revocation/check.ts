import { AuthError, isAuthError } from "../errors.ts";
import { reasonOf } from "../log-text.ts";
import { within } from "../user-code/deadline.ts";
import { ignorePromise } from "../user-code/thenable.ts";
import type { RevocationSnapshot, Revocations } from "./revocations.ts";
import type { RevocableToken } from "./table.ts";

// Revocations may be the user's own. Ones that fail, or do not answer in time, have said nothing: 503, and
// nobody is signed out, or taken for signed out.

/**
 * Milliseconds in which all revocations are loaded. Longer than large lists take, since it only ends a wait
 * at the start.
 */
const loadTimeout = 60_000;

/**
 * Asks about one token.
 *
 * @returns The revision that the token passed.
 * @throws {AuthError} `token_revoked`, `revocations_unavailable`.
 */
export function ask(revocations: Revocations, token: RevocableToken, now: number): number | undefined {
  try {
    // Before asking: what is revoked while they look is asked about next time.
    const revision = (revocations.snapshot as RevocationSnapshot | undefined)?.revision;
    if (!ignorePromise(revocations.check(token, now))) return revision;
    throw new Error("it must answer at once");
  } catch (error) {
    throw failed("check", error);
  }
}

/** @throws {AuthError} `revocations_unavailable`: they could not be loaded, or not within a minute. */
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
