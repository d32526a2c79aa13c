/**
 * Calls a function of the application and rejects if it has not answered in time. A later result or error is
 * ignored. The function may throw, or return a value, a promise or any other thenable.
 *
 * @param timeout - creates the error for a function that did not answer within `milliseconds`. An error of
 *   the function itself is passed on unchanged.
 */
export function callWithDeadline(
  call: () => unknown,
  milliseconds: number,
  timeout: () => Error,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(timeout()), milliseconds);
    // `async` turns a synchronous throw into a rejection and resolves any thenable.
    (async () => await call())()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
