import { readPrincipal } from "../../binding/principal.ts";
import type { Rows } from "../../rows.ts";
import type { CheckedRowsOptions } from "../../rows-options.ts";
import { type BeginInput, begin } from "./begin.ts";
import { Binding } from "./binding.ts";
import { type BoundSql, sqlFor } from "./bound-sql.ts";
import { KnownTexts } from "./known-texts.ts";
import { runAlone } from "./run-alone.ts";
import type { PostgresJsClient } from "./shape.ts";

/** The rows of a database that is reached through a client of postgres.js. */
export function postgresJsRows<Sql extends PostgresJsClient>(
  sql: Sql,
  options: CheckedRowsOptions,
): Rows<BoundSql<Sql>> {
  const known = new KnownTexts();
  return {
    for: (principal) => {
      const binding = new Binding(sql, options, known, readPrincipal(principal));
      const more = { begin: (...input: BeginInput) => begin(binding, ...input) };
      return sqlFor(sql, (query) => runAlone(binding, query), more) as BoundSql<Sql>;
    },
  };
}
