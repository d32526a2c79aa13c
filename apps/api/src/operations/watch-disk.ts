import type { FastifyBaseLogger } from "fastify";
import type { Database } from "../db.ts";

/** Milliseconds between two checks. */
const interval = 1_000;

/**
 * Logs when the disk becomes too full to write, and when it has room again. Returns a function that stops it.
 */
export function watchDisk(database: Pick<Database, "isFull">, log: FastifyBaseLogger): () => void {
  let wasFull = false;
  const check = () => {
    const isFull = database.isFull();
    if (isFull === wasFull) return;
    wasFull = isFull;
    if (isFull) log.error("api is read-only: the disk is nearly full, and every write is answered with 503");
    else log.info("api accepts writes again: the disk has room");
  };
  check();
  const timer = setInterval(check, interval);
  timer.unref();
  return () => clearInterval(timer);
}
