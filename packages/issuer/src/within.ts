/**
 * What `work` comes to, within so many milliseconds. What it comes to later is ignored, an error too.
 *
 * @throws what `late` makes, when the time is over; whatever `work` throws, at once or later
 */
export function within<Value>(
  milliseconds: number,
  work: () => Value | PromiseLike<Value>,
  late: () => Error,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), milliseconds);
    // `async` turns what is thrown at once into a rejection, and follows any `then`.
    (async () => await work())()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
