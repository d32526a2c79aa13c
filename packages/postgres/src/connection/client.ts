import type postgres from "postgres";

/** Begins a transaction or a savepoint. `modes`: as after `begin`. */
export type Begin = (
  modes: string,
  run: (sql: postgres.TransactionSql) => Promise<unknown>,
) => Promise<unknown>;

/**
 * A client of postgres.js that chooses where each query runs. What belongs to no connection is that of
 * `base`. Without what needs its own connection: no `listen`, `reserve` or `subscribe`; and no `end`.
 */
export function clientOf(base: postgres.Sql, current: () => postgres.ISql, begin: Begin): postgres.Sql {
  const { options, CLOSE, END, PostgresError, types, typed, json, array } = base;
  const query = (first: never, ...rest: never[]) => current()(first, ...rest);
  const client: Pick<postgres.Sql, "options" | "unsafe" | "typed" | "json" | "array"> & { begin: unknown } = {
    options,
    unsafe: (text, values, settings) => current().unsafe(text, values, settings),
    begin: (...input: [string, Parameters<Begin>[1]] | [Parameters<Begin>[1]]) =>
      input.length === 1 ? begin("", input[0]) : begin(...input),
    typed,
    json,
    array,
  };
  return Object.assign(query, client, { CLOSE, END, PostgresError, types }) as unknown as postgres.Sql;
}
