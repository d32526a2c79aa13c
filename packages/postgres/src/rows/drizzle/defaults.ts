import { type SQL, sql } from "drizzle-orm";
import type { IdType } from "../../sql/policy.ts";
import { principalSql } from "../../sql/policy.ts";

/**
 * SQL for the id of the user that a statement runs for. As the default of a column, it makes each new row the
 * principal's, so that no query names an owner. Null, which a `notNull` column rejects, if there is none.
 *
 * @param type The column's type. Null for an id that is not exactly how Postgres writes a value of it.
 *
 * @example
 * ```ts
 * import { currentUser } from "@usher-auth/postgres/drizzle";
 * import { pgTable, text, uuid } from "drizzle-orm/pg-core";
 *
 * export const notes = pgTable("notes", { owner: text().notNull().default(currentUser()), body: text() });
 * export const files = pgTable("files", { owner: uuid().notNull().default(currentUser("uuid")), name: text() });
 * ```
 */
export function currentUser(type: IdType = "text"): SQL {
  return sql.raw(principalSql("user_id", type));
}

/**
 * SQL for the id of the active organization of the user that a statement runs for: the claim `org`. As the
 * default of a column, it makes each new row the organization's. Null if there is none.
 *
 * @param type The column's type, as for {@link currentUser}.
 *
 * @example
 * ```ts
 * import { currentOrg } from "@usher-auth/postgres/drizzle";
 * import { pgTable, text } from "drizzle-orm/pg-core";
 *
 * export const projects = pgTable("projects", { org: text().notNull().default(currentOrg()), name: text() });
 * ```
 */
export function currentOrg(type: IdType = "text"): SQL {
  return sql.raw(principalSql("org_id", type));
}
