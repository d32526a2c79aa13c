import type { Schedule } from "../deadline.ts";

/** Time and randomness, which tests replace. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** A random number from 0 (inclusive) to 1 (exclusive). */
  chance(): number;
  /** Does not keep the process alive. */
  readonly schedule: Schedule;
}

// Tests of an application may replace the timers: no request may wait for theirs.
const { setTimeout, clearTimeout } = globalThis;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  chance: () => Math.random(),
  schedule(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
