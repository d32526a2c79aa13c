/**
 * Whether a value is a promise, of whatever kind. `instanceof Promise` is true for those of one realm and one
 * library only: test runners, bundlers and libraries that put their own `Promise` in the global one's place
 * have others.
 */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === "object" && value !== null) || typeof value === "function") &&
    typeof (value as { readonly then?: unknown }).then === "function"
  );
}

/**
 * Whether a value is a promise, where none is asked for. Nobody waits for it, and its rejection must not end
 * the process.
 */
export function ignorePromise(value: unknown): boolean {
  if (!isThenable(value)) return false;
  Promise.resolve(value).then(undefined, () => undefined);
  return true;
}
