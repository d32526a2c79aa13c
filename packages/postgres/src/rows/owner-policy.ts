import { getTableName, type SQL, sql } from "drizzle-orm";
import { type AnyPgColumn, type PgPolicy, type PgRole, pgPolicy, pgRole } from "drizzle-orm/pg-core";

/**
 * The setting that holds the id of the user for whom a transaction runs. Set by `withPrincipal`, and by
 * nothing else.
 */
export const principalSetting = "usher.user_id";

/**
 * The role that requests run as, `usher_api`: no login, no BYPASSRLS, and grants on nothing but what requests
 * need. A migration of yours makes it and grants it to the user that the API connects as; `assertRowSecurity`
 * says how.
 */
export const requestRole: PgRole = pgRole("usher_api").existing();

/**
 * The user for whom this transaction runs, or null; as a column's default it makes every new row the
 * principal's own.
 *
 * An unset setting reads as null or as the empty string, depending on whether the session has ever set it;
 * both become null, and null equals nothing.
 */
export const currentOwner: SQL = sql.raw(`nullif(current_setting('${principalSetting}', true), '')`);

/**
 * Keeps every row to its owner: only rows whose `owner` is the principal are visible, and none can be written
 * for anybody else. For the extra configuration of a `pgTable`; the policy is called `<table>_owner`.
 *
 * The table must also have row-level security FORCED (drizzle-kit cannot express that; a migration does), or
 * else the owner of the table would see everything: `assertRowSecurity` checks it. It does not hold a
 * superuser or a role with BYPASSRLS: `withPrincipal` leaves those before it runs anything.
 *
 * @param owner A column of type `text`: a Better Auth user id, compared as it is.
 */
export function ownerPolicy(owner: AnyPgColumn): PgPolicy {
  const isPrincipal = sql`${owner} = ${currentOwner}`;
  const name = `${getTableName(owner.table)}_owner`;
  return pgPolicy(name, { for: "all", to: requestRole, using: isPrincipal, withCheck: isPrincipal });
}
