import { sql } from "drizzle-orm";
import { type AnyPgColumn, type PgPolicy, pgPolicy, pgRole } from "drizzle-orm/pg-core";

/** The setting that holds the id of the user for whom a transaction runs. Set by `withPrincipal`, and by nothing else. */
export const principalSetting = "usher.user_id";

/** The role that requests run as: no login, no BYPASSRLS, and grants on nothing but what requests need. */
export const requestRole = pgRole("usher_api").existing();

/**
 * The user for whom this transaction runs, or null. An unset setting reads as null or as the empty string, depending on
 * whether the session has ever set it; both become null, and null equals nothing.
 */
export const currentOwner = sql.raw(`nullif(current_setting('${principalSetting}', true), '')`);

/**
 * Keeps every row to its owner: only rows whose `owner` is the principal are visible, and none can be written for
 * anybody else.
 *
 * The table must also have row-level security FORCED (drizzle-kit cannot express that; a migration does), or else the
 * owner of the table would see everything. It does not hold a superuser or a role with BYPASSRLS: `withPrincipal`
 * leaves those before it runs anything.
 */
export function ownerPolicy(name: string, owner: AnyPgColumn): PgPolicy {
  const isPrincipal = sql`${owner} = ${currentOwner}`;
  return pgPolicy(name, { for: "all", to: requestRole, using: isPrincipal, withCheck: isPrincipal });
}
