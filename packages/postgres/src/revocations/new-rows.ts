import type { Revocation } from "@usher-auth/verify/revocation";
import type { Connection, Row } from "./drivers/driver.ts";
import {
  newRowsStatement,
  pageSize,
  positionStatement,
  readRevocation,
  restoredRowsStatement,
} from "./statements.ts";

/** How far a replica has read the table. */
export interface Position {
  readonly snapshot: string;
  /** The snapshot of the last full scan. */
  readonly scanned: string;
  readonly server: string;
}

/** Revocations that are new since a snapshot. The last page has the snapshot to continue from. */
export interface NewRows {
  readonly batch: Revocation[];
  readonly snapshot?: string;
}

export async function readPosition(connection: Connection): Promise<Position> {
  const [row] = await connection.query(positionStatement);
  const snapshot = String(row?.snapshot);
  return { snapshot, scanned: snapshot, server: String(row?.server) };
}

/** What was committed after the snapshot, found by index. */
export function newRows(connection: Connection, since: string): AsyncGenerator<NewRows> {
  const next = (row: Row | undefined) => [String(row?.transaction), String(row?.sequence)];
  return pages(connection, newRowsStatement, since, ["0", "0"], next);
}

/** What arrived after the snapshot in any way, also by a restore past the triggers. Reads the whole table. */
export function restoredRows(connection: Connection, since: string): AsyncGenerator<NewRows> {
  return pages(connection, restoredRowsStatement, since, ["0"], (row) => [String(row?.sequence)]);
}

/**
 * The last page has the snapshot of the FIRST query: a row that is committed between two pages, at a place
 * that was already passed, is then new again.
 */
async function* pages(
  connection: Connection,
  statement: string,
  since: string,
  start: readonly string[],
  next: (lastRow: Row | undefined) => readonly string[],
): AsyncGenerator<NewRows> {
  let first: string | undefined;
  let last = start;
  for (;;) {
    const rows: readonly Row[] = await connection.query(statement, [since, ...last]);
    first ??= String(rows[0]?.snapshot);
    const found = rows.filter(({ sequence }) => sequence !== null);
    const batch = found.map(readRevocation);
    if (found.length < pageSize) return yield { batch, snapshot: first };
    yield { batch };
    last = next(found.at(-1));
  }
}
