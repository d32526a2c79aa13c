/** Something took too long. The message contains only the time limit. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";

  /** @param milliseconds The time limit. */
  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds / 1000} s`);
  }
}

/**
 * Waits for `work`, at most for a number of milliseconds: user code may never settle. Rethrows what it
 * throws. Does not stop the work.
 *
 * @param late Gets a result that arrived too late, to clean it up.
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
  // A native promise resolves a foreign thenable, and catches what its `then` throws.
  const outcome = new Promise<Result>((resolve) => resolve(work()));
  outcome.then((result) => isLate && late?.(result)).catch(() => undefined);
  try {
    return await Promise.race([outcome, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
