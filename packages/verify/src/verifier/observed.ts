import type { Principal } from "../claims/principal.ts";
import { isAuthError } from "../errors.ts";
import { publish } from "../events/publish.ts";
import type { WaitUntil } from "../keys/key-source.ts";

type Verify<Claims> = (token: string, waitUntil?: WaitUntil) => Principal<Claims>;

/**
 * Publishes `usher:verify` once for a verification, which may have two attempts: before and after keys were
 * fetched.
 *
 * @param verify One attempt.
 * @param uncached Counts the tokens that were not in the cache.
 * @param run Makes the attempts, with the function that it gets.
 */
export function verifyObserved<Claims, Result extends Principal<Claims> | Promise<Principal<Claims>>>(
  verify: Verify<Claims>,
  uncached: () => number,
  run: (attempt: Verify<Claims>) => Result,
): Result {
  let [duration, cached] = [0, false];

  const attempt: Verify<Claims> = (token, waitUntil) => {
    const [before, begun] = [uncached(), performance.now()];
    try {
      return verify(token, waitUntil);
    } finally {
      duration += performance.now() - begun;
      cached = uncached() === before;
    }
  };
  const accept = (): void => publish("usher:verify", { cached, duration });
  const reject = (error: unknown): void => {
    if (isAuthError(error)) publish("usher:verify", { cached: false, duration, code: error.code });
  };

  let result: Result;
  try {
    result = run(attempt);
  } catch (error) {
    reject(error);
    throw error;
  }
  if (result instanceof Promise) result.then(accept, reject);
  else accept();
  return result;
}
