/**
 * Whether a value is a promise of any kind. `instanceof Promise` only recognizes those of one realm and one
 * library: test runners, bundlers and promise libraries have others.
 */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === "object" && value !== null) || typeof value === "function") &&
    typeof (value as { readonly then?: unknown }).then === "function"
  );
}

/**
 * Whether a value is an unexpected promise. Ignores its result, so that its rejection does not end the
 * process.
 */
export function ignorePromise(value: unknown): boolean {
  if (!isThenable(value)) return false;
  Promise.resolve(value).then(undefined, () => undefined);
  return true;
}
