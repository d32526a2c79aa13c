/**
 * The outcome of `work`, unless that takes longer than `milliseconds`: a peer that has gone without a word is then no
 * longer waited for. The work itself is not stopped.
 */
export async function within<Result>(milliseconds: number, work: PromiseLike<Result>): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
