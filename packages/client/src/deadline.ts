import { TokenUnavailableError } from "./errors.ts";

/** `getToken` may throw, or return a token, a promise of one, or any other thenable. */
type GetToken = () => unknown;

/**
 * Calls `getToken` and rejects if it has not answered in time. A later token or error is ignored.
 *
 * @throws {TokenUnavailableError} `getToken` did not answer within `milliseconds`. An error of `getToken`
 *   itself is passed on unchanged.
 */
export function callWithDeadline(getToken: GetToken, milliseconds: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new TokenUnavailableError(`getToken did not answer within ${milliseconds} ms`));
    }, milliseconds);
    // `async` turns a synchronous throw into a rejection and resolves any thenable.
    (async () => await getToken())()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
