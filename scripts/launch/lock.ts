import { chmodSync, closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";

/** A lock that this process holds until it releases it or ends. */
export type Lock = { release: () => void };

/**
 * Takes an exclusive lock on a file, which is created if it is missing. Returns undefined if another process
 * holds the lock, and throws if the file is not writable.
 *
 * Uses SQLite's lock, which the operating system releases when the process ends. A file with a process id
 * would remain after a process was killed.
 */
export function tryLock(path: string): Lock | undefined {
  // With the mode of the umask, other users might be able to take the lock.
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec("begin exclusive");
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === 5) return undefined;
    throw error;
  }
  return { release: () => database.close() };
}

/** Waits for the lock. Throws the signal's reason if the signal is aborted first. */
export async function waitForLock(path: string, signal: AbortSignal): Promise<Lock> {
  for (;;) {
    const lock = tryLock(path);
    if (lock !== undefined) return lock;
    await pause(100, undefined, { signal });
  }
}
