import { ConfigurationError } from "@usher-auth/verify";
import { isPgPool, type PgPool } from "./drivers/pg/pg-shape.ts";
import { type PrincipalPool, pgRows } from "./drivers/pg/principal-pool.ts";
import { type PrincipalPglite, pgliteRows } from "./drivers/pglite/principal-pglite.ts";
import { isPglite, type PgliteClient } from "./drivers/pglite/shape.ts";
import type { BoundSql } from "./drivers/postgres-js/bound-sql.ts";
import { postgresJsRows } from "./drivers/postgres-js/rows.ts";
import { isPostgresJs, type PostgresJsClient } from "./drivers/postgres-js/shape.ts";
import type { Rows } from "./rows.ts";
import { checkRowsOptions, type RowsOptions } from "./rows-options.ts";

/**
 * Makes a database driver's client run for one principal at a time.
 *
 * `rows.for(principal)` returns a client of the same shape. Everything that is run through it is bound to the
 * principal, whenever it is awaited: a statement by itself runs in its own transaction, in one round trip.
 *
 * @param driver A `Pool` of `pg` (8.21 or newer), a client of postgres.js (`postgres(url)`, or the `client`
 *   of `openPool`), or a PGlite database, whose only user is a superuser: there, injected SQL can leave the
 *   role.
 * @throws {ConfigurationError} `driver` is something else: above all a transaction, or a single client, which
 *   would stay in the principal's role; or an option is out of range.
 *
 * @example
 * ```ts
 * import { createRows } from "@usher-auth/postgres";
 * import pg from "pg";
 *
 * const rows = createRows(new pg.Pool({ connectionString: process.env.DATABASE_URL }));
 *
 * export async function readNotes(principal: { id: string }) {
 *   const { rows: notes } = await rows.for(principal).query("select * from notes");
 *   return notes;
 * }
 * ```
 */
export function createRows(driver: PgPool, options?: RowsOptions): Rows<PrincipalPool>;
export function createRows<Sql extends PostgresJsClient>(
  sql: Sql,
  options?: RowsOptions,
): Rows<BoundSql<Sql>>;
export function createRows<Pglite extends PgliteClient>(
  pglite: Pglite,
  options?: RowsOptions,
): Rows<PrincipalPglite<Pglite>>;
export function createRows(given: unknown, options: RowsOptions = {}): Rows<unknown> {
  const checked = checkRowsOptions(options);
  const driver: object = Object(given);
  if (isPgPool(driver)) return pgRows(driver, checked);
  if (isPostgresJs(driver)) return postgresJsRows(driver, checked);
  if (isPglite(driver)) return pgliteRows(driver, checked);
  throw new ConfigurationError(
    "createRows needs a Pool of pg, a client of postgres.js, or a PGlite database: not a single client, not a transaction, and not an ORM's database (use drizzleRows, kyselyRows or prismaRows)",
  );
}
