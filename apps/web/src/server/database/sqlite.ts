import { chmodSync, closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { prepareDataFolder } from "../data-folder.ts";
import { reasonOf, StartupError } from "../startup-error.ts";
import type { AuthDatabase } from "./auth-database.ts";

/** Milliseconds to wait for another process that is writing. */
const patience = 5000;

/**
 * Opens `auth.sqlite` in the folder, making both where they are missing. It holds password hashes and session
 * tokens, so only its owner may read it.
 *
 * @throws {StartupError} when the folder cannot be made or written to, or the file is no database
 */
export function openSqlite(folder: string): AuthDatabase {
  const file = join(folder, "auth.sqlite");
  makePrivateFile(folder, file);
  const connection = open(file);
  return {
    connection,
    shared: false,
    whileAlone: (change) => change(),
    answers: async () => canRead(connection),
    close: async () => connection.close(),
  };
}

/** SQLite gives its write-ahead log the mode of the file, so the file has it before SQLite sees it. */
function makePrivateFile(folder: string, file: string): void {
  try {
    prepareDataFolder(folder);
    closeSync(openSync(file, "a", 0o600));
    // What an earlier process left as well.
    for (const part of ["", "-wal", "-shm"]) if (existsSync(file + part)) chmodSync(file + part, 0o600);
  } catch (error) {
    throw new StartupError(
      `cannot write to the data folder ${folder} (${reasonOf(error)}). Make it writable, or set DATA_DIR to another one.`,
    );
  }
}

function open(file: string): DatabaseSync {
  try {
    const connection = new DatabaseSync(file, { timeout: patience });
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
