import { watchNpm } from "./npm-watcher.ts";

/**
 * Aborts at the first SIGINT, SIGTERM or SIGHUP, and when the npm that runs this script is gone. Later ones
 * change nothing: npm passes Ctrl-C on to a script that the terminal has told already, and a second signal
 * must not cut a clean stop short.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => controller.abort());
  watchNpm(() => controller.abort());
  return controller.signal;
}

/** Resolves once the signal is aborted. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
