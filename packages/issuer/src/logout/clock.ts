import type { Later } from "../deadline.ts";

/** Time and chance, so that tests need not wait for either. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 to 1, without 1. */
  chance(): number;
  /** Keeps no process alive. */
  readonly later: Later;
}

/** The machine's own. */
export const systemClock: Clock = {
  now: () => Date.now(),
  chance: () => Math.random(),
  later(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
