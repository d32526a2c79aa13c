/** Time and chance, so that tests need not wait for either. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 to 1, without 1. */
  chance(): number;
  /** Runs something after so many milliseconds; returns what calls it off. */
  later(milliseconds: number, run: () => void): () => void;
}

/** The machine's own. What it runs later keeps no process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  chance: () => Math.random(),
  later(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
