import { assertDataStatement } from "../../binding/allowed-statement.ts";
import type { Binding } from "./binding.ts";
import { message, type Outcome } from "./message.ts";
import type { Builder, Query } from "./shape.ts";

/** A query as it is sent. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** By value. 0: not known yet. */
  readonly types: readonly number[];
}

/**
 * Writes a query with its fragments as one text, with its values, and checks both: once a query is handed to
 * a connection on which others run, postgres.js blames one of these for its errors.
 *
 * @throws What postgres.js throws for values that it cannot write.
 */
export function readStatement({ sql, known }: Binding, query: Query): Statement {
  const values: unknown[] = [];
  const types: number[] = [];
  const write = (parts: object) =>
    (sql(parts) as Builder).build("values", values, types, sql.options).slice(1, -1);
  let text: string;
  if (query.tagged) text = write({ query });
  else {
    text = String(query.strings[0]);
    write({ ...query.args });
  }
  assertDataStatement(text);
  const learned = known.get(text) ?? [];
  const all = types.map((type, index) => type || (learned[index] ?? 0));
  for (const [index, value] of values.entries()) {
    const serialize = sql.options.serializers[all[index] ?? 0];
    if (value !== null && value !== undefined) serialize?.(value);
  }
  return { text, values, types: all };
}

/** The message for a query of the user, which keeps what `values()`, `cursor()` and the others have asked for. */
export function statementMessage(
  { sql, known, options }: Binding,
  query: Query,
  { text, values, types }: Statement,
  outcome: Outcome,
): Query {
  const isPrepared = (query.options.prepare ?? query.tagged) || (options.prepare && known.prepares(text));
  const areTypesKnown = types.every((type) => type !== 0) && query.onlyDescribe !== true;
  const typed = values.map((value, index) => (types[index] ? sql.typed(value, types[index]) : value));
  const sent = message(
    sql,
    text,
    typed,
    { isPrepared, areTypesKnown },
    {
      resolved: (result) => {
        if (!areTypesKnown && sent.statement !== null) known.add(text, sent.statement.types);
        outcome.resolved(result);
      },
      rejected: (error) => {
        known.forget(text);
        outcome.rejected(error);
      },
    },
  );
  const { isRaw, forEachFn, onlyDescribe, cursorRows } = query;
  Object.assign(sent, {
    ...(isRaw === undefined ? {} : { isRaw }),
    ...(forEachFn === undefined ? {} : { forEachFn }),
    ...(onlyDescribe === undefined ? {} : { onlyDescribe }),
    // An asynchronous iterator replaces the function of its query for each batch.
    ...(query.cursorFn === undefined
      ? {}
      : { cursorRows, cursorFn: (rows: unknown) => query.cursorFn?.(rows) }),
  });
  return sent;
}
