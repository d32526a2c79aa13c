import { watchNpm } from "./npm-watcher.ts";

/**
 * Aborts at the first SIGINT, SIGTERM or SIGHUP, or when the npm that runs this script has ended. Later
 * signals are ignored: after Ctrl-C, the terminal and npm each send one, and the second must not interrupt a
 * clean stop.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => controller.abort());
  watchNpm(() => controller.abort());
  return controller.signal;
}

/** Resolves when the signal is aborted. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
