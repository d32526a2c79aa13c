import type { TestContext } from "vitest";

/** Numbers in a suite's summary line, next to its tests: tokens, requests, vectors, differences. */
export type Counts = Readonly<Record<string, number>>;

declare module "vitest" {
  interface TaskMeta {
    /** Added up over a suite's tests by tests/security/report/summary.ts. */
    counts?: Counts;
  }
}

/** Adds to the counts of a test, which reach the summary whether the test passes or not. */
export function count({ task }: TestContext, more: Counts): void {
  task.meta.counts = sumOf([task.meta.counts ?? {}, more]);
}

/** The sum of several counts, in the order in which their names first occur. */
export function sumOf(all: readonly Counts[]): Counts {
  const sum: Record<string, number> = {};
  for (const counts of all) {
    for (const [name, number] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + number;
  }
  return sum;
}
