/** Something took too long. Its message says how long that was, and nothing else. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";

  /** @param milliseconds How long it had. */
  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds / 1000} s`);
  }
}

/**
 * What `work` comes to, unless that takes longer than so many milliseconds: other people's code need never
 * settle. What it throws is thrown. The work itself is not stopped.
 *
 * @param late Gets what came too late, to put it away.
 * @throws {DeadlineError} It took longer.
 */
export async function within<Result>(
  milliseconds: number,
  work: () => Result | PromiseLike<Result>,
  late?: (result: Result) => void,
): Promise<Result> {
  let isLate = false;
  const { promise: deadline, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    isLate = true;
    reject(new DeadlineError(milliseconds));
  }, milliseconds);
  // A thenable of theirs is asked in a promise of ours, which also holds what it throws.
  const outcome = new Promise<Result>((resolve) => resolve(work()));
  outcome.then((result) => isLate && late?.(result)).catch(() => undefined);
  try {
    return await Promise.race([outcome, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
