/**
 * The outcome of `work`, unless that takes longer than `milliseconds`: a peer that has gone without a word,
 * or code that never settles, is then no longer waited for. The work itself is not stopped.
 *
 * @throws {Error} It took longer.
 */
export async function within<Result>(
  milliseconds: number,
  work: () => PromiseLike<Result> | Result,
): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  try {
    // In a promise of ours, which holds what a thenable throws, and fails unheard once it is late.
    return await Promise.race([new Promise<Result>((resolve) => resolve(work())), late]);
  } finally {
    clearTimeout(timer);
  }
}
