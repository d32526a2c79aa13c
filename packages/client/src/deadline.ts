import { TokenUnavailableError } from "./errors.ts";

/** `getToken`, which may throw, and return a token, a promise of one, or anything else that has a `then`. */
type GetToken = () => unknown;

/**
 * What `getToken` gives, within so many milliseconds. What it gives later is ignored, an error too.
 *
 * @throws {TokenUnavailableError} when the time is over; whatever `getToken` itself throws
 */
export function answerOf(getToken: GetToken, milliseconds: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new TokenUnavailableError(`getToken gave no answer within ${milliseconds} ms`));
    }, milliseconds);
    // `async` turns what is thrown at once into a rejection, and follows any `then`.
    (async () => await getToken())()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
