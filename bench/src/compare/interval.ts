import { median } from "../rounds.ts";

/** The median of some ratios, and between what the true median lies with 95 % confidence. */
export interface Estimate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Needs no assumption about how the values are distributed: the interval ends at two of the sorted values, as
 * many from either end as the binomial distribution allows.
 *
 * @param values At least six: fewer have no interval of that confidence.
 */
export function estimate(values: readonly number[]): Estimate {
  if (values.length < 6) throw new RangeError("an interval needs at least six values");
  const sorted = values.toSorted((a, b) => a - b);
  const skipped = skippedAtEachEnd(values.length);
  return {
    median: median(sorted),
    low: sorted[skipped] as number,
    high: sorted[sorted.length - 1 - skipped] as number,
  };
}

/** The most values that can be left out at each end while both together miss the median in at most 5 %. */
function skippedAtEachEnd(count: number): number {
  let skipped = -1;
  let probability = 0.5 ** count;
  let missed = 0;
  while (2 * (missed + probability) <= 0.05) {
    missed += probability;
    skipped++;
    probability *= (count - skipped) / (skipped + 1);
  }
  return skipped;
}
