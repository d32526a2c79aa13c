import { assertDataStatement } from "../../binding/allowed-statement.ts";
import type { PgClient } from "./pg-shape.ts";

/**
 * A cursor of `pg-cursor`, or a stream of `pg-query-stream`.
 *
 * @example
 * ```ts
 * import type { PrincipalPool } from "@usher-auth/postgres";
 * import Cursor from "pg-cursor";
 *
 * export function firstNotes(pool: PrincipalPool) {
 *   return pool.transaction(async (client) => {
 *     const cursor = client.query(new Cursor("select * from notes"));
 *     const notes = await cursor.read(100);
 *     await cursor.close();
 *     return notes;
 *   });
 * }
 * ```
 */
export interface PgCursor {
  submit(connection: never): unknown;
}

export function isCursor(query: unknown): query is PgCursor {
  return typeof query === "object" && query !== null && typeof (query as PgCursor).submit === "function";
}

/** @throws {Error} It is no cursor over rows: a COPY, or something without a text. */
export function assertDataCursor(query: PgCursor): void {
  const { text, cursor } = query as { text?: unknown; cursor?: { text?: unknown } };
  assertDataStatement(String(cursor?.text ?? text));
}

/** Tells a cursor that it will not run, as `pg` does: its reads reject. */
export function failCursor(cursor: PgCursor, error: Error, client: PgClient): void {
  (cursor as Partial<FailingCursor>).handleError?.(error, client.connection);
}

interface FailingCursor {
  handleError(error: Error, connection: unknown): void;
}
