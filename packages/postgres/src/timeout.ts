/**
 * Waits at most `milliseconds` for `work`: a peer that has silently gone, or code that never settles, does
 * not hold the caller. The work itself is not stopped.
 *
 * @throws {Error} At the timeout.
 */
export async function withTimeout<Result>(
  milliseconds: number,
  work: () => PromiseLike<Result> | Result,
  message = `no answer within ${milliseconds} ms`,
): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(message)), milliseconds);
  try {
    // Our own promise also takes what a thenable throws, and a late rejection of `work` is not unhandled.
    return await Promise.race([new Promise<Result>((resolve) => resolve(work())), late]);
  } finally {
    clearTimeout(timer);
  }
}
