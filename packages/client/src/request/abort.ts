/** The signal of a call. In React Native it has neither `reason` nor `throwIfAborted`. */
type Signal = Pick<AbortSignal, "aborted" | "addEventListener" | "removeEventListener"> & {
  readonly reason?: unknown;
};

/** Throws the signal's reason if it has aborted. */
export function requireNotAborted(signal: Signal | null | undefined): void {
  if (signal?.aborted) throw reasonOf(signal);
}

/**
 * Settles like `promise`, or rejects with the signal's reason as soon as the signal aborts.
 *
 * The work behind the promise continues, because other calls may be waiting for the same token.
 */
export function orAborted<Value>(promise: Promise<Value>, signal: Signal | null | undefined): Promise<Value> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(reasonOf(signal));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function reasonOf({ reason }: Signal): unknown {
  return reason === undefined
    ? Object.assign(new Error("The call was aborted"), { name: "AbortError" })
    : reason;
}
