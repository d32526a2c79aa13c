import { statfs } from "node:fs/promises";
import type { PGlite } from "@electric-sql/pglite";

/** Tells how many bytes are free where the database lies. */
export type FreeSpace = () => Promise<number>;

/** Keeps some of the disk free. */
export type Reserve = {
  /** Whether it has been reached, so that nothing is written. */
  readonly isReached: () => boolean;
  stop(): void;
};

const megabyte = 1024 * 1024;

/** Bytes: four segments of the write-ahead log, of 16 MB each. */
export const reservedSpace = 64 * megabyte;

/** Milliseconds between two looks. What is written between two of them is far less than the reserve. */
const interval = 500;

export function freeSpaceOf(folder: string): FreeSpace {
  return async () => {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  };
}

/**
 * Has PGlite write nothing while less than {@link reservedSpace} is free: its transactions are read-only
 * then, so that a write is an error of the class that is answered 503, and reads go on.
 *
 * A full disk is an error like any other to PGlite as long as it is a table that does not fit. Where it is
 * the next segment of the write-ahead log, PGlite waits for a lock of its own, for ever, and the whole
 * process with it.
 */
export async function keepReserve(pglite: PGlite, freeSpace: FreeSpace): Promise<Reserve> {
  let isReached = false;
  let isLooking = false;

  async function look(): Promise<void> {
    const isShort = (await freeSpace()) < reservedSpace;
    if (isShort === isReached) return;
    // PGlite has one session, which is everybody's.
    await pglite.exec(`set default_transaction_read_only = ${isShort ? "on" : "off"}`);
    isReached = isShort;
  }

  await look();
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    // Where nothing can be told of the disk, it stays as it was.
    look()
      .catch(() => undefined)
      .finally(() => {
        isLooking = false;
      });
  }, interval);
  timer.unref();
  return { isReached: () => isReached, stop: () => clearInterval(timer) };
}
