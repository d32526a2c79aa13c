import { existsSync } from "node:fs";
import { open, stat } from "node:fs/promises";
import type { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
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
    const database = new DatabaseSync(await locationOf(file), { readOnly: true, timeout: busyTimeout });
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

/**
 * Where to open the file. A reader of a file in WAL mode creates its -wal and -shm, unless they are there, and leaves
 * them. If they belong to another user, the issuer cannot start. Without them no process has the file open, and all
 * of it is in the file itself: it is read as one that does not change (sqlite.org/uri.html, `immutable`).
 */
async function locationOf(file: string): Promise<string | URL> {
  if (!(await isWal(file)) || existsSync(`${file}-wal`)) return file;
  const location = pathToFileURL(file);
  location.searchParams.set("immutable", "1");
  return location;
}

/** By the header of the file (sqlite.org/fileformat.html section 1.3). */
async function isWal(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 18);
    return buffer[0] === 2;
  } finally {
    await file.close();
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
  const rows = database
    .prepare(
      `select ${quoted(table.endpoint)} as endpoint, count(*) as waiting, max(${quoted(table.attempts)}) as attempts,
         min(${milliseconds(table.happenedAt)}) as oldest,
         ${lastFailureSql(quoted(name), "given", table)} as lastFailure
       from ${quoted(name)} as given where ${milliseconds(table.keepUntil)} > ? group by ${quoted(table.endpoint)} order by 1`,
    )
    .all(now) as unknown as Row[];
  return rows.map(({ endpoint, waiting, attempts, oldest, lastFailure }) => ({
    endpoint: String(endpoint),
    waiting: Number(waiting),
    attempts: Number(attempts),
    oldestAge: (now - Number(oldest)) / 1000,
    lastFailure: typeof lastFailure === "string" ? lastFailure : null,
  }));
}

/**
 * A column's date in milliseconds since 1970. Better Auth itself stores text in ISO 8601, Prisma milliseconds, and
 * Drizzle milliseconds or seconds.
 */
function milliseconds(column: string): string {
  const value = quoted(column);
  return `(case when typeof(${value}) = 'text' then (julianday(${value}) - 2440587.5) * 86400000
    when ${value} < 100000000000 then ${value} * 1000 else ${value} end)`;
}
