/**
 * Runs in a page. Better Auth's client reports a change of the session by a timer of 10 ms. Afterwards, it does so
 * after a minute: as in a busy page, which is gone before its timers run.
 */
export function holdBackSessionChanges(): void {
  const { setTimeout } = globalThis;
  const late = (run: () => void, delay?: number) => setTimeout(run, delay === 10 ? 60_000 : delay);
  Object.assign(globalThis, { setTimeout: late });
}
