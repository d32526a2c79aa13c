import { getTableName, type SQL, sql } from "drizzle-orm";
import { type AnyPgColumn, type PgPolicy, type PgRole, pgPolicy, pgRole } from "drizzle-orm/pg-core";

/**
 * The Postgres setting with the id of the user that a transaction runs for: `usher.user_id`. Only
 * `withPrincipal` sets it. For policies of your own that you write in SQL.
 *
 * @example
 * ```ts
 * import { principalSetting } from "@usher-auth/postgres";
 *
 * const owner = `current_setting('${principalSetting}', true)`;
 * console.log(`create policy own_files on files using (owner_id = ${owner})`);
 * ```
 */
export const principalSetting = "usher.user_id";

/**
 * The role in which requests run, `usher_api`: without login, without BYPASSRLS, with only the grants that
 * requests need. Your migration creates it and grants it to the user that the API connects as;
 * `assertRowSecurity` says how.
 *
 * @example
 * ```ts
 * import { requestRole } from "@usher-auth/postgres";
 * import { sql } from "drizzle-orm";
 * import { pgPolicy, pgTable, text } from "drizzle-orm/pg-core";
 *
 * export const countries = pgTable("countries", { name: text() }, () => [
 *   pgPolicy("countries_read", { for: "select", to: requestRole, using: sql`true` }),
 * ]);
 * ```
 */
export const requestRole: PgRole = pgRole("usher_api").existing();

/**
 * SQL for the id of the user that the transaction runs for, or null: `usher.user_id()`, which `migrateRows`
 * creates. As a column's default it makes every new row the principal's.
 *
 * @example
 * ```ts
 * import { currentOwner } from "@usher-auth/postgres";
 * import { pgTable, text } from "drizzle-orm/pg-core";
 *
 * export const notes = pgTable("notes", { owner: text().notNull().default(currentOwner), body: text() });
 * ```
 */
export const currentOwner: SQL = sql.raw("usher.user_id()");

/**
 * A row-level security policy for a table whose rows have an owner: only rows whose `owner` is the principal
 * are visible, and no row can be written for another owner. For the extra configuration of a `pgTable`; the
 * policy is named `<table>_owner`.
 *
 * The table also needs FORCE ROW LEVEL SECURITY, or the owner of the table sees everything. drizzle-kit
 * cannot express that, so add it to a migration; `assertRowSecurity` checks it. A policy does not apply to
 * superusers and roles with BYPASSRLS: `withPrincipal` switches to `requestRole` before it runs anything.
 *
 * @param owner A column of type `text` with the user's id, compared exactly.
 *
 * @example
 * ```ts
 * import { currentOwner, ownerPolicy } from "@usher-auth/postgres";
 * import { pgTable, text } from "drizzle-orm/pg-core";
 *
 * export const notes = pgTable(
 *   "notes",
 *   { owner: text().notNull().default(currentOwner), body: text().notNull() },
 *   (table) => [ownerPolicy(table.owner)],
 * );
 * ```
 */
export function ownerPolicy(owner: AnyPgColumn): PgPolicy {
  // A subquery: called once for each statement, not for each row.
  const isPrincipal = sql`${owner} = (select ${currentOwner})`;
  const name = `${getTableName(owner.table)}_owner`;
  return pgPolicy(name, { for: "all", to: requestRole, using: isPrincipal, withCheck: isPrincipal });
}
