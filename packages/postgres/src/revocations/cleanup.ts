import type { Queries } from "./drivers/driver.ts";
import { cleanupStatement, pageSize } from "./statements.ts";
import { warn } from "./warning.ts";

/** Milliseconds between two cleanups. */
const interval = 60_000;

/**
 * Deletes expired revocations, now and every minute, until the returned function is called. Every replica
 * does this; each skips the rows that another is deleting. A failure is retried a minute later, and reported
 * once as a process warning.
 *
 * @param life How long a revocation matters, in seconds.
 */
export function startCleanup(database: Queries, life: number): () => Promise<void> {
  let isStopped = false;
  let hasFailed = false;
  let running = cleanUp();
  const timer = setInterval(() => {
    running = running.then(cleanUp);
  }, interval);
  timer.unref();

  async function cleanUp(): Promise<void> {
    try {
      while (!isStopped && (await database.query(cleanupStatement, [String(life)])).length === pageSize);
      hasFailed = false;
    } catch (error) {
      if (!hasFailed && !isStopped) warn("old revocations stay", error, "USHER_REVOCATIONS_KEPT");
      hasFailed = true;
    }
  }

  return async () => {
    isStopped = true;
    clearInterval(timer);
    await running;
  };
}
