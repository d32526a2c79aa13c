import { ConfigurationError } from "@usher-auth/verify";
import { quoteName, quoteTable, readTableName, requestRoleName, type TableName } from "./names.ts";

/**
 * The type of a column with an owner or a tenant. `varchar` counts as `text`.
 *
 * @example
 * ```ts
 * import type { IdType } from "@usher-auth/postgres";
 *
 * export const type: IdType = "uuid";
 * ```
 */
export type IdType = "text" | "uuid" | "integer" | "bigint";

/**
 * A table whose rows have an owner, a tenant, or both.
 *
 * @example
 * ```ts
 * import type { IsolatedTable } from "@usher-auth/postgres";
 *
 * export const tasks: IsolatedTable = { table: "tasks", owner: "owner_id", tenant: "org_id" };
 * ```
 */
export interface IsolatedTable {
  /** The table, e.g. `tasks` or `app.tasks`, or a Drizzle table. */
  readonly table: TableName;
  /** The column with the id of the user: the `sub` of the token. */
  readonly owner?: string | undefined;
  /** The column with the id of the organization: the `org` claim. With `owner`, a row must match both. */
  readonly tenant?: string | undefined;
  /** The type of the owner column. Default `text`. */
  readonly type?: IdType | undefined;
  /** The type of the tenant column. Default `text`. */
  readonly tenantType?: IdType | undefined;
}

type Principal = "user_id" | "org_id";

/** The principal's id as a value of a column's type. Null, which equals nothing, if there is none. */
export function principalSql(principal: Principal, type: IdType = "text"): string {
  const id = `usher.${principal}()`;
  if (type === "text") return id;
  if (type === "uuid" || type === "integer" || type === "bigint") return `usher.as_${type}(${id})`;
  throw new ConfigurationError("the type of an owner or tenant must be text, uuid, integer or bigint");
}

/** A condition of a policy. The subquery makes Postgres call the function once per statement, not per row. */
function conditionSql(column: string, principal: Principal, type?: IdType): string {
  return `${column} = (select ${principalSql(principal, type)})`;
}

/** What follows the table in the name of its policy. */
const policySuffixes = ["owner", "tenant", "owner_and_tenant"];

/**
 * The SQL that keeps a table's rows to their owner, their tenant, or both: row-level security, forced; the
 * column's default; one policy for all commands; the grants that requests need. Idempotent.
 *
 * Needs the functions of {@link rowsSchemaSql}. Not included: an index on the columns, and grants on the
 * sequences of `serial` columns.
 *
 * @throws {ConfigurationError} There is neither an owner nor a tenant, or a name or type is wrong.
 *
 * @example
 * ```ts
 * import { policySql } from "@usher-auth/postgres";
 *
 * console.log(policySql({ table: "tasks", owner: "owner_id" }));
 * ```
 */
export function policySql({ table, owner, tenant, type, tenantType }: IsolatedTable): string {
  const path = readTableName(table);
  const quoted = quoteTable(path);
  const columns = [
    ...(owner === undefined ? [] : [{ column: owner, principal: "user_id", type } as const]),
    ...(tenant === undefined ? [] : [{ column: tenant, principal: "org_id", type: tenantType } as const]),
  ];
  if (columns.length === 0) throw new ConfigurationError("a policy needs an owner, a tenant, or both");
  const conditions = columns.map((part) => conditionSql(quoteName(part.column), part.principal, part.type));
  const suffix = owner === undefined ? "tenant" : tenant === undefined ? "owner" : "owner_and_tenant";
  const name = quoteName(`${path.name}_${suffix}`);
  return `
alter table ${quoted} enable row level security;
-- Without FORCE, the owner of the table sees every row.
alter table ${quoted} force row level security;
${columns
  .map(
    (part) =>
      `alter table ${quoted} alter column ${quoteName(part.column)} set default ${principalSql(part.principal, part.type)};`,
  )
  .join("\n")}
-- Also a former one with other columns: Postgres joins policies with OR.
${policySuffixes.map((each) => `drop policy if exists ${quoteName(`${path.name}_${each}`)} on ${quoted};`).join("\n")}
create policy ${name} on ${quoted} for all to ${requestRoleName}
  using (${conditions.join(" and ")})
  with check (${conditions.join(" and ")});
grant select, insert, update, delete on ${quoted} to ${requestRoleName};
`.trimStart();
}
