import { reasonOf } from "../log.ts";

/** Milliseconds between two warnings about one listener. */
const pause = 60_000;

/**
 * Makes an application's listener safe to call. Nothing waits for it, and a failure (an exception, a
 * rejection, a thenable that throws) only becomes a process warning, at most one a minute for each listener.
 */
export function safeListener<Event>(
  listener: (event: Event) => unknown,
  name: string,
): (event: Event) => void {
  let warnedAt = Number.NEGATIVE_INFINITY;

  function fail(error: unknown): void {
    const now = performance.now();
    if (now - warnedAt < pause) return;
    warnedAt = now;
    warnOfListener(`the listener of ${name} failed: ${reasonOf(error)}`);
  }

  return (event) => {
    // The async function turns a synchronous throw into a rejection, and accepts any thenable.
    (async () => await listener(event))().catch(fail);
  };
}

/** Warns as `@usher-auth/verify` does of its listeners. */
export function warnOfListener(message: string): void {
  process.emitWarning(message, { type: "UsherWarning", code: "USHER_LISTENER_FAILED" });
}
