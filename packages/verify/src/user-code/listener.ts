import { reasonOf } from "../log-text.ts";
import { warn } from "../warning.ts";
import { isThenable } from "./thenable.ts";

/** Milliseconds between two warnings about one listener. */
const pause = 60_000;

/**
 * Makes an application's listener safe to call. Its result is ignored, nothing waits for it, and a failure
 * (an exception, a rejection, a thenable that throws) ends neither the request nor the process. A failure
 * becomes a process warning with the code `USHER_LISTENER_FAILED`, at most one a minute for each listener.
 *
 * @param name The listener's name in the warning.
 */
export function safeListener<Event>(
  listener: (event: Event) => unknown,
  name: string,
): (event: Event) => void {
  let [toldAt, untold] = [Number.NEGATIVE_INFINITY, 0];

  function fail(error: unknown): void {
    const now = performance.now();
    const passed = now - toldAt;
    // The clock of a Worker may go back.
    if (passed >= 0 && passed < pause) {
      untold++;
      return;
    }
    const more = untold === 0 ? "" : ` (and ${untold} times before, since the last warning)`;
    [toldAt, untold] = [now, 0];
    warn(`${name} failed${more}: ${reasonOf(error)}`, "USHER_LISTENER_FAILED");
  }

  return (event) => {
    try {
      const result = listener(event);
      // `resolve` handles a `then` that throws or calls back immediately.
      if (isThenable(result)) Promise.resolve(result).then(undefined, fail);
    } catch (error) {
      fail(error);
    }
  };
}
