import { chmodSync, closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { prepareDataFolder } from "../data-folder.ts";
import { reasonOf, StartupError } from "../startup-error.ts";
import type { AuthDatabase } from "./auth-database.ts";

/** Milliseconds to wait for another process that is writing. */
const busyTimeout = 5000;

/**
 * Opens `auth.sqlite` in the folder and creates both if they are missing. Only the owner can read the file:
 * it has password hashes and session tokens.
 *
 * @throws {StartupError} when the folder cannot be created or written to, or the file is not a database
 */
export function openSqlite(folder: string): AuthDatabase {
  const file = join(folder, "auth.sqlite");
  createPrivateFile(folder, file);
  const connection = open(file);
  return {
    connection,
    shared: false,
    migrate: (change) => change(),
    answers: async () => canRead(connection),
    close: async () => connection.close(),
  };
}

/** SQLite gives its write-ahead log the mode of the database file, so the file is created first. */
function createPrivateFile(folder: string, file: string): void {
  try {
    prepareDataFolder(folder);
    closeSync(openSync(file, "a", 0o600));
    // Also for the files that an earlier process left.
    for (const part of ["", "-wal", "-shm"]) if (existsSync(file + part)) chmodSync(file + part, 0o600);
  } catch (error) {
    throw new StartupError(
      `cannot write to the data folder ${folder} (${reasonOf(error)}). ` +
        "Make it writable, or set DATA_DIR to another folder.",
    );
  }
}

function open(file: string): DatabaseSync {
  try {
    const connection = new DatabaseSync(file, { timeout: busyTimeout });
    connection.exec("PRAGMA journal_mode = WAL");
    return connection;
  } catch (error) {
    throw new StartupError(
      `cannot open the database ${file} (${reasonOf(error)}). Restore it, or move it away.`,
    );
  }
}

function canRead(connection: DatabaseSync): boolean {
  try {
    connection.prepare("select 1 from sqlite_schema").get();
    return true;
  } catch {
    return false;
  }
}
