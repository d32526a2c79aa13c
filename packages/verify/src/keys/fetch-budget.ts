import type { Clock } from "../clock.ts";

/** Grants a few fetches at once, then one per interval. */
export interface Budget {
  /** Takes one grant; false if none is left. */
  take(): boolean;
  /** Milliseconds until the next grant; 0 if there is one. */
  wait(): number;
}

/**
 * A token bucket of `size` grants, refilled by one per `interval` milliseconds (generic cell rate algorithm:
 * it stores one number). It starts full.
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
