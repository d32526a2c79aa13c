import type { Clock } from "../clock.ts";

/** Grants a few things at once, and after that one in each interval. */
export interface Budget {
  /** Takes one of what is left; false where nothing is. */
  take(): boolean;
  /** Milliseconds until there is one again; 0 where there is one. */
  wait(): number;
}

/**
 * A bucket of `size` grants that refills by one in each `interval` milliseconds (the generic cell rate
 * algorithm: one number is all that it keeps). It starts full.
 */
export function createBudget(size: number, interval: number, clock: Clock): Budget {
  /** When the bucket is full again. */
  let fullAt = Number.NEGATIVE_INFINITY;
  const wait = () => Math.max(0, fullAt - clock() - (size - 1) * interval);
  return {
    wait,
    take: () => {
      if (wait() > 0) return false;
      fullAt = Math.max(fullAt, clock()) + interval;
      return true;
    },
  };
}
