/** Runs something after so many milliseconds; returns what calls it off. */
export type Later = (milliseconds: number, run: () => void) => () => void;

const timer: Later = (milliseconds, run) => {
  const timeout = setTimeout(run, milliseconds);
  return () => clearTimeout(timeout);
};

/**
 * What `work` comes to, within so many milliseconds. What it comes to later is ignored, an error too.
 *
 * @throws what `late` makes, when the time is over; whatever `work` throws, at once or later
 */
export function within<Value>(
  milliseconds: number,
  work: () => Value | PromiseLike<Value>,
  late: () => Error,
  later: Later = timer,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const callOff = later(milliseconds, () => reject(late()));
    // `async` turns what is thrown at once into a rejection, and follows any `then`.
    (async () => await work())().finally(callOff).then(resolve, reject);
  });
}
