/**
 * Whether a value is a promise, of whatever kind. `instanceof Promise` is true for those of one realm and one library only:
 * test runners, bundlers and libraries that put their own `Promise` in the global one's place have others.
 */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === "object" && value !== null) || typeof value === "function") &&
    typeof (value as { readonly then?: unknown }).then === "function"
  );
}

/**
 * Whether what user code answered is a promise, where there is no time to wait for one. Its rejection is then no longer
 * anybody's, and must not end the process.
 */
export function isLate(answer: unknown): boolean {
  if (!isThenable(answer)) return false;
  Promise.resolve(answer).then(undefined, () => undefined);
  return true;
}
