import { ConfigurationError } from "@usher-auth/verify";
import { getTableColumns, getTableName, type SQL, sql } from "drizzle-orm";
import { type AnyPgColumn, type PgPolicy, type PgRole, pgPolicy, pgRole } from "drizzle-orm/pg-core";
import { requestRoleName } from "../../sql/names.ts";
import { type IdType, principalSql } from "../../sql/policy.ts";

/**
 * The role in which requests run, `usher_api`: without login, without BYPASSRLS, with only the grants that
 * requests need. `migrateRows` creates it. For policies of your own.
 *
 * @example
 * ```ts
 * import { requestRole } from "@usher-auth/postgres/drizzle";
 * import { sql } from "drizzle-orm";
 * import { pgPolicy, pgTable, text } from "drizzle-orm/pg-core";
 *
 * export const countries = pgTable("countries", { name: text() }, () => [
 *   pgPolicy("countries_read", { for: "select", to: requestRole, using: sql`true` }),
 * ]);
 * ```
 */
export const requestRole: PgRole = pgRole(requestRoleName).existing();

/**
 * A row-level security policy for a table whose rows have an owner: only rows whose owner is the principal
 * are visible, and no row can be written for another owner. For the extra configuration of a `pgTable`. Named
 * `<table>_owner`, or `<table>_owner_and_tenant` with a tenant.
 *
 * The table also needs FORCE ROW LEVEL SECURITY, or the owner of the table sees every row, and grants for
 * `usher_api`. drizzle-kit can express neither: add them to a migration. `assertRowSecurity` checks both.
 *
 * @param owner The column with the user's id: `text`, `varchar`, `uuid`, `integer` or `bigint`, compared
 *   exactly.
 * @param tenant The column with the organization's id. With it, a row must match both. Two policies would
 *   show the rows that match one of them.
 * @throws {ConfigurationError} The column's type is another one, or the table has a `tenantPolicy` too.
 *
 * @example
 * ```ts
 * import { currentUser, ownerPolicy } from "@usher-auth/postgres/drizzle";
 * import { pgTable, text } from "drizzle-orm/pg-core";
 *
 * export const notes = pgTable(
 *   "notes",
 *   { owner: text().notNull().default(currentUser()), body: text().notNull() },
 *   (table) => [ownerPolicy(table.owner)],
 * );
 * ```
 */
export function ownerPolicy(owner: AnyPgColumn, tenant?: AnyPgColumn): PgPolicy {
  const ofOwner = isPrincipals(owner, "user_id");
  if (tenant === undefined) return policy(owner, "owner", ofOwner);
  return policy(owner, "owner_and_tenant", sql`${ofOwner} and ${isPrincipals(tenant, "org_id")}`);
}

/**
 * A row-level security policy for a table whose rows belong to an organization, as {@link ownerPolicy} is for
 * those of a user. All members see all of the organization's rows. Named `<table>_tenant`.
 *
 * @param tenant The column with the organization's id: the claim `org` of the token.
 * @throws {ConfigurationError} The column's type is another one, or the table has an `ownerPolicy` too.
 *
 * @example
 * ```ts
 * import { currentOrg, tenantPolicy } from "@usher-auth/postgres/drizzle";
 * import { pgTable, text } from "drizzle-orm/pg-core";
 *
 * export const projects = pgTable(
 *   "projects",
 *   { org: text().notNull().default(currentOrg()), name: text().notNull() },
 *   (table) => [tenantPolicy(table.org)],
 * );
 * ```
 */
export function tenantPolicy(tenant: AnyPgColumn): PgPolicy {
  return policy(tenant, "tenant", isPrincipals(tenant, "org_id"));
}

type Kind = "owner" | "tenant" | "owner_and_tenant";

const kinds = new WeakMap<object, Kind>();

function policy(column: AnyPgColumn, kind: Kind, condition: SQL): PgPolicy {
  const { table } = column;
  // Drizzle may call the function for a table's configuration more than once.
  const other = kinds.get(table) ?? kind;
  if (other !== kind) {
    const name = getTableName(table);
    throw new ConfigurationError(
      `the table ${name} has two policies, and would show the rows that match one of them: use ownerPolicy(owner, tenant)`,
    );
  }
  kinds.set(table, kind);
  const name = `${getTableName(table)}_${kind}`;
  return pgPolicy(name, { for: "all", to: requestRole, using: condition, withCheck: condition });
}

/** The subquery makes Postgres call the function once per statement, not per row. */
function isPrincipals(column: AnyPgColumn, principal: "user_id" | "org_id"): SQL {
  return sql`${column} = (select ${sql.raw(principalSql(principal, idTypeOf(column)))})`;
}

const idTypes: Readonly<Record<string, IdType>> = {
  text: "text",
  varchar: "text",
  uuid: "uuid",
  integer: "integer",
  serial: "integer",
  bigint: "bigint",
  bigserial: "bigint",
};

function idTypeOf(column: AnyPgColumn): IdType {
  // The columns that the function for a table's configuration gets do not tell their types.
  const own = Object.values(getTableColumns(column.table)).find(({ name }) => name === column.name);
  const type = (own ?? column).getSQLType();
  // Without a length.
  const found = idTypes[type.replace(/\(\d+\)$/, "")];
  if (found !== undefined) return found;
  throw new ConfigurationError(
    `the column ${getTableName(column.table)}.${column.name} is ${type}: an owner or tenant must be text, varchar, uuid, integer or bigint`,
  );
}
