import { chmodSync, closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { StartupError } from "../operations/startup-error.ts";

/**
 * Makes this process the only one to use `folder`, until the returned function is called or the process ends
 * in any way.
 *
 * Two PGlite processes in one folder destroy it. The lock is the operating system's own, held through an
 * empty SQLite file next to the folder: unlike a file with a process id in it, it is gone with its process
 * even after `kill -9`, and a container, in which every process is number 1, cannot mistake a dead holder for
 * itself. It is advisory, and needs a file system with working locks (not every network share has them).
 *
 * @throws {StartupError} when another process holds it, or when the file cannot be written.
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
