/** Runs a function after some milliseconds. Returns a function that cancels it. */
export type Schedule = (milliseconds: number, run: () => void) => () => void;

const systemTimer: Schedule = (milliseconds, run) => {
  const timeout = setTimeout(run, milliseconds);
  return () => clearTimeout(timeout);
};

/**
 * Resolves or rejects as `work` does, or rejects once the deadline passes. What `work` settles with after
 * that is ignored, errors included.
 *
 * @throws the error that `timeoutError` creates when the deadline passes; whatever `work` throws, also
 *   synchronously
 */
export function withDeadline<Value>(
  milliseconds: number,
  work: () => Value | PromiseLike<Value>,
  timeoutError: () => Error,
  schedule: Schedule = systemTimer,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const cancel = schedule(milliseconds, () => reject(timeoutError()));
    // The async function turns a synchronous throw into a rejection, and accepts any thenable.
    (async () => await work())().finally(cancel).then(resolve, reject);
  });
}

/** For work of the database, with a code as drivers have it. */
export function databaseTimeout(): Error {
  return Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" });
}
