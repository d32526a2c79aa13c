import { ConfigurationError } from "@usher-auth/verify";
import {
  Kysely,
  type KyselyConfig,
  PGliteDialect,
  PostgresDialect,
  type PostgresDialectConfig,
} from "kysely";
import { createRows } from "../create-rows.ts";
import { isPgPool, type PgPool } from "../drivers/pg/pg-shape.ts";
import { isPglite, type PgliteClient } from "../drivers/pglite/shape.ts";
import type { Rows } from "../rows.ts";
import type { RowsOptions } from "../rows-options.ts";
import { dialectPglite, dialectPool } from "./dialect-clients.ts";

/**
 * Options of {@link kyselyRows}: those of `createRows`, and those of `new Kysely` that are not the dialect's.
 *
 * @example
 * ```ts
 * import type { KyselyRowsOptions } from "@usher-auth/postgres/kysely";
 * import { CamelCasePlugin } from "kysely";
 *
 * export const options: KyselyRowsOptions = { plugins: [new CamelCasePlugin()], log: ["error"] };
 * ```
 */
export interface KyselyRowsOptions extends RowsOptions, Pick<KyselyConfig, "plugins" | "log"> {
  /** The class `Cursor` of `pg-cursor`: with it, `stream()` works inside transactions. */
  readonly cursor?: PostgresDialectConfig["cursor"];
}

/**
 * A Kysely database whose queries run for one principal at a time.
 *
 * `rows.for(principal)` is a `Kysely` like any other: typed, with plugins, transactions, savepoints, raw SQL.
 * A query by itself is one round trip, a transaction with n queries n + 1. `destroy()` leaves the pool open.
 *
 * @typeParam Database The tables, as for `new Kysely<Database>`.
 * @param driver A `Pool` of `pg` (8.21 or newer), or a PGlite database. Kysely comes without a dialect for
 *   postgres.js.
 * @throws {ConfigurationError} `driver` is a client or a transaction, or an option is out of range.
 *
 * @example
 * ```ts
 * import { kyselyRows } from "@usher-auth/postgres/kysely";
 * import type { Generated } from "kysely";
 * import pg from "pg";
 *
 * type Database = { notes: { id: Generated<number>; owner_id: Generated<string>; body: string } };
 * const rows = kyselyRows<Database>(new pg.Pool({ connectionString: process.env.DATABASE_URL }));
 *
 * export function readNotes(principal: { id: string }) {
 *   return rows.for(principal).selectFrom("notes").selectAll().execute();
 * }
 * ```
 */
export function kyselyRows<Database>(
  driver: PgPool | PgliteClient,
  options: KyselyRowsOptions = {},
): Rows<Kysely<Database>> {
  const { plugins, log, cursor, ...rowsOptions } = options;
  const config = { ...(plugins && { plugins }), ...(log && { log }) };
  const given: object = Object(driver);
  if (isPgPool(given)) {
    const rows = createRows(given, rowsOptions);
    const dialectOptions = cursor && { cursor };
    return {
      for: (principal) => {
        const pool = dialectPool(rows.for(principal), given);
        return new Kysely({ ...config, dialect: new PostgresDialect({ pool, ...dialectOptions }) });
      },
    };
  }
  if (!isPglite(given)) {
    throw new ConfigurationError(
      "kyselyRows needs a Pool of pg, or a PGlite database: not a single client, not a transaction, not a Kysely, and not postgres.js, for which Kysely has no dialect",
    );
  }
  const rows = createRows(given, rowsOptions);
  return {
    for: (principal) => {
      const pglite = dialectPglite(rows.for(principal));
      return new Kysely({ ...config, dialect: new PGliteDialect({ pglite }) });
    },
  };
}
