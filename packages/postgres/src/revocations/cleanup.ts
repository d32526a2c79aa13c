import type { Queries } from "./drivers/driver.ts";
import { pageSize, sweepStatement } from "./statements.ts";
import { warn } from "./warning.ts";

/** Milliseconds between two sweeps. */
const interval = 60_000;

/**
 * Deletes what no longer matters, now and every minute, until the returned function is called. Every replica
 * does, and what one is at the others pass over. A failure is tried again a minute later, and told once as a
 * process warning.
 *
 * @param life Seconds for which a revocation matters.
 */
export function sweepRegularly(database: Queries, life: number): () => Promise<void> {
  let isStopped = false;
  let hasFailed = false;
  let underWay = sweep();
  const timer = setInterval(() => {
    underWay = underWay.then(sweep);
  }, interval);
  timer.unref();

  async function sweep(): Promise<void> {
    try {
      while (!isStopped && (await database.query(sweepStatement, [String(life)])).length === pageSize);
      hasFailed = false;
    } catch (error) {
      if (!hasFailed && !isStopped) warn("old revocations stay", error, "USHER_REVOCATIONS_KEPT");
      hasFailed = true;
    }
  }

  return async () => {
    isStopped = true;
    clearInterval(timer);
    await underWay;
  };
}
