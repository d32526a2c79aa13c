import { chmodSync, closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { StartupError } from "../operations/startup-error.ts";

/**
 * Reserves `folder` for this process, until the returned function is called or the process ends in any way.
 * Two PGlite processes in one folder destroy the database.
 *
 * The lock is the operating system's, on an empty SQLite file beside the folder. Unlike a file with a process
 * id, it disappears with its process even after `kill -9`, and works in containers, where every process has
 * the id 1. It is advisory, and needs a file system with working locks, which some network shares lack.
 *
 * @throws {StartupError} Another process holds the lock, or the file cannot be written.
 */
export function lockFolder(folder: string): () => void {
  const path = `${folder}.lock`;
  try {
    closeSync(openSync(path, "a", 0o600));
    chmodSync(path, 0o600);
    const lock = new DatabaseSync(path, { timeout: 0 });
    lock.exec("begin exclusive");
    return () => lock.close();
  } catch (error) {
    const busy = 5; // SQLITE_BUSY
    if ((error as { errcode?: number }).errcode === busy) {
      throw new StartupError(
        `the embedded database in ${folder} is in use by another process: stop that one, set another DATA_DIR, or set DATABASE_URL to share a Postgres server`,
      );
    }
    throw new StartupError(`cannot write ${path}: make DATA_DIR a folder that this user may write to`);
  }
}
