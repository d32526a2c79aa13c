import { assertDataStatement } from "../../binding/allowed-statement.ts";
import type { PgConnection } from "./pg-shape.ts";

/** A cursor of pg-cursor, or a stream of pg-query-stream. */
export interface Submittable {
  submit(connection: PgConnection): unknown;
  handleError(error: Error, connection: PgConnection): void;
}

export function isSubmittable(query: unknown): query is Submittable {
  return typeof query === "object" && query !== null && typeof (query as Submittable).submit === "function";
}

/** @throws {Error} It is no cursor over rows: a COPY, or something without a text. */
export function assertDataCursor(query: Submittable): void {
  const { text, cursor } = query as { text?: unknown; cursor?: { text?: unknown } };
  assertDataStatement(String(cursor?.text ?? text));
}
