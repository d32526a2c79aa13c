import { statfs } from "node:fs/promises";
import type { PGlite } from "@electric-sql/pglite";

/** Returns how many bytes are free on the disk of the database. */
export type FreeSpace = () => Promise<number>;

/** Stops writes before the disk is full. */
export type DiskGuard = {
  /** Whether writes are rejected at the moment. */
  readonly isFull: () => boolean;
  stop(): void;
};

const megabyte = 1024 * 1024;

/** Bytes that must stay free: four segments of the write-ahead log, of 16 MB each. */
export const minimumFreeSpace = 64 * megabyte;

/** Milliseconds between two checks. Far less than the minimum is written in that time. */
const interval = 500;

export function freeSpaceOf(folder: string): FreeSpace {
  return async () => {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  };
}

/**
 * Makes PGlite read-only while less than {@link minimumFreeSpace} is free: writes fail with an error that is
 * answered with 503, reads go on.
 *
 * Why: when a table does not fit on the disk, PGlite reports an error. When the next segment of the
 * write-ahead log does not fit, PGlite waits for its own lock forever, and blocks the whole process.
 */
export async function guardDisk(pglite: PGlite, freeSpace: FreeSpace): Promise<DiskGuard> {
  let isFull = false;
  let isChecking = false;

  async function check(): Promise<void> {
    const isShort = (await freeSpace()) < minimumFreeSpace;
    if (isShort === isFull) return;
    // PGlite has one session, which all transactions share.
    await pglite.exec(`set default_transaction_read_only = ${isShort ? "on" : "off"}`);
    isFull = isShort;
  }

  await check();
  const timer = setInterval(() => {
    if (isChecking) return;
    isChecking = true;
    // If the free space is unknown, nothing changes.
    check()
      .catch(() => undefined)
      .finally(() => {
        isChecking = false;
      });
  }, interval);
  timer.unref();
  return { isFull: () => isFull, stop: () => clearInterval(timer) };
}
