import type { FastifyBaseLogger } from "fastify";
import type { Database } from "../db.ts";

/** Milliseconds between two looks. */
const interval = 1_000;

/**
 * Says in the log when the disk is too full to write, and when there is room again, until the returned
 * function is called.
 */
export function watchDisk(database: Pick<Database, "isFull">, log: FastifyBaseLogger): () => void {
  let wasFull = false;
  const look = () => {
    const isFull = database.isFull();
    if (isFull === wasFull) return;
    wasFull = isFull;
    if (isFull)
      log.error("api writes nothing: the disk is nearly full, and what changes anything is answered 503");
    else log.info("api writes again: the disk has room");
  };
  look();
  const timer = setInterval(look, interval);
  timer.unref();
  return () => clearInterval(timer);
}
