import { readPrincipal } from "../../binding/principal.ts";
import type { Rows } from "../../rows.ts";
import type { CheckedRowsOptions } from "../../rows-options.ts";
import { type BeginInput, begin } from "./begin.ts";
import { Binding } from "./binding.ts";
import { type BoundSql, commonParts, sqlFor } from "./bound-sql.ts";
import { KnownTexts } from "./known-texts.ts";
import { runAlone } from "./run-alone.ts";
import type { PostgresJsClient } from "./shape.ts";

/** The rows of a database that is reached through a client of postgres.js. */
export function postgresJsRows<Sql extends PostgresJsClient>(
  sql: Sql,
  options: CheckedRowsOptions,
): Rows<BoundSql<Sql>> {
  const shared = { sql, options, known: new KnownTexts(), common: commonParts(sql) };
  return {
    for: (principal) => {
      const binding = new Binding(shared, readPrincipal(principal));
      const more = { begin: (...input: BeginInput) => begin(binding, ...input) };
      return sqlFor(shared, (query) => runAlone(binding, query), more) as BoundSql<Sql>;
    },
  };
}
