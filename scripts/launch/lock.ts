import { chmodSync, closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";

/** A lock held by this process. Releasing it, and the end of the process in any way, gives it back. */
export type Lock = { release: () => void };

/**
 * Takes an exclusive lock on a file (made when missing), or gives undefined when another process has it. It
 * is SQLite's own lock, which the system holds for the process: unlike a file with a process id in it, it
 * cannot be left behind by a process that was killed. Throws when the file cannot be written.
 */
export function tryLock(path: string): Lock | undefined {
  // SQLite would leave it to the umask who else may take the lock.
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

/** Takes the lock as soon as it is free. Throws the signal's reason when that is aborted first. */
export async function waitForLock(path: string, signal: AbortSignal): Promise<Lock> {
  for (;;) {
    const lock = tryLock(path);
    if (lock !== undefined) return lock;
    await pause(100, undefined, { signal });
  }
}
