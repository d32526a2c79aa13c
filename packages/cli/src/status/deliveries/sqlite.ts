import { stat } from "node:fs/promises";
import type { DatabaseSync } from "node:sqlite";
import { nameOfFile } from "../../output/redact.ts";
import { isDeliveryTable, lastFailureSql, quoted, readTable, type Waiting } from "./waiting.ts";

/** Milliseconds to wait for a process that holds a lock on the file. Reading beside a writer needs none. */
const busyTimeout = 2000;

/** What Better Auth's SQLite file says about deliveries. A text: why it cannot be read. */
export type SqliteDeliveries = "no_file" | "no_table" | { readonly failure: string } | readonly Waiting[];

/**
 * Reads the deliveries that still matter, by endpoint. Opens the file for reading only.
 *
 * @param now Milliseconds since 1970.
 */
export async function readSqliteDeliveries(file: string, now: number): Promise<SqliteDeliveries> {
  try {
    // Opening a pipe would wait for its other end.
    if (!(await stat(file)).isFile()) return { failure: `${nameOfFile(file)} is not a file` };
    const { DatabaseSync } = await loadSqlite();
    const database = new DatabaseSync(file, { readOnly: true, timeout: busyTimeout });
    try {
      return readTables(database, now);
    } finally {
      database.close();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return "no_file";
    return { failure: `${nameOfFile(file)} cannot be read: ${message}` };
  }
}

/** Loads SQLite without the warning of older versions of Node.js that it is experimental. */
async function loadSqlite(): Promise<typeof import("node:sqlite")> {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return await import("node:sqlite");
  } finally {
    process.emitWarning = emitWarning;
  }
}

interface Row {
  readonly endpoint: unknown;
  readonly waiting: unknown;
  readonly attempts: unknown;
  readonly oldest: unknown;
  readonly lastFailure: unknown;
}

function readTables(database: DatabaseSync, now: number): SqliteDeliveries {
  const tables = database.prepare("select name from sqlite_schema where type = 'table'").all();
  const name = tables.map((table) => String(table.name)).find(isDeliveryTable);
  if (name === undefined) return "no_table";
  const columns = database.prepare("select name from pragma_table_info(?)").all(name);
  const table = readTable(
    name,
    columns.map((column) => String(column.name)),
  );
  if (table === undefined) return "no_table";
  // Better Auth stores a date as text in ISO 8601, whose order is that of time.
  const rows = database
    .prepare(
      `select ${quoted(table.endpoint)} as endpoint, count(*) as waiting, max(${quoted(table.attempts)}) as attempts,
         min(${quoted(table.happenedAt)}) as oldest,
         ${lastFailureSql(quoted(name), "given", table)} as lastFailure
       from ${quoted(name)} as given where ${quoted(table.keepUntil)} > ? group by ${quoted(table.endpoint)} order by 1`,
    )
    .all(new Date(now).toISOString()) as unknown as Row[];
  return rows.map(({ endpoint, waiting, attempts, oldest, lastFailure }) => ({
    endpoint: String(endpoint),
    waiting: Number(waiting),
    attempts: Number(attempts),
    oldestAge: (now - Date.parse(String(oldest))) / 1000,
    lastFailure: typeof lastFailure === "string" ? lastFailure : null,
  }));
}
