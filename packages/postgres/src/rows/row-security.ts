import { ConfigurationError } from "@usher-auth/verify";
import { sql } from "drizzle-orm";
import { getTableConfig, type PgTable } from "drizzle-orm/pg-core";
import type { DrizzleDatabase } from "./database.ts";
import { requestRole } from "./owner-policy.ts";

type RoleRow = { user: string; exists: boolean; may_switch: boolean | null; bypasses: boolean | null };
type TableRow = { kept: boolean | null };

/**
 * Checks, before the first request, that Postgres really restricts rows to their owners. Without it, a role
 * that was given BYPASSRLS, or a table whose row-level security was switched off, would silently show
 * everything to everyone.
 *
 * Checks that the role `usher_api` exists, that the connected user may switch to it, that it cannot bypass
 * row-level security, and that each table has it ENABLED and FORCED. Not checked: what the policies say.
 *
 * @param database Any Drizzle database over Postgres, connected as the user that the API connects as.
 * @param tables Every table whose rows have an owner.
 * @throws {ConfigurationError} Its message names the problem and the SQL statement that fixes it.
 *
 * @example
 * ```ts
 * import { assertRowSecurity, currentOwner, ownerPolicy } from "@usher-auth/postgres";
 * import { pgTable, text } from "drizzle-orm/pg-core";
 * import { drizzle } from "drizzle-orm/postgres-js";
 * import postgres from "postgres";
 *
 * const owned = { owner: text().notNull().default(currentOwner), body: text().notNull() };
 * const notes = pgTable("notes", owned, (table) => [ownerPolicy(table.owner)]);
 * const database = drizzle({ client: postgres(process.env.DATABASE_URL ?? "") });
 *
 * // After the migrations, before the server listens.
 * export const prepare = () => assertRowSecurity(database, [notes]);
 * ```
 */
export async function assertRowSecurity<Schema extends Record<string, unknown>>(
  database: DrizzleDatabase<Schema>,
  tables: readonly PgTable[],
): Promise<void> {
  assertRole(await readRole(database));
  for (const table of tables) {
    const { schema, name } = getTableConfig(table);
    const path = [schema, name].filter((part) => part !== undefined).map(quoted);
    await assertForced(database, path.join("."));
  }
}

async function readRole<Schema extends Record<string, unknown>>(
  database: DrizzleDatabase<Schema>,
): Promise<RoleRow> {
  // Since Postgres 16, a member of a role may still not be allowed to SET ROLE.
  return firstRow<RoleRow>(
    await database.execute(sql`
      with request_role as (select * from pg_roles where rolname = ${requestRole.name})
      select current_user as "user",
        exists (select from request_role) as "exists",
        (select pg_has_role(oid, case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end)
          from request_role) as may_switch,
        (select rolsuper or rolbypassrls from request_role) as bypasses`),
  );
}

function assertRole({ user, exists, may_switch, bypasses }: RoleRow): void {
  const { name } = requestRole;
  if (!exists) {
    throw new ConfigurationError(
      `there is no role ${name}; an administrator must run: CREATE ROLE ${name} NOLOGIN; GRANT ${name} TO ${quoted(user)}`,
    );
  }
  if (!may_switch) {
    throw new ConfigurationError(
      `the database user ${user} may not switch to the role ${name}; an administrator must run: GRANT ${name} TO ${quoted(user)}`,
    );
  }
  if (bypasses) {
    throw new ConfigurationError(
      `the role ${name} bypasses row-level security; an administrator must run: ALTER ROLE ${name} NOSUPERUSER NOBYPASSRLS`,
    );
  }
}

async function assertForced<Schema extends Record<string, unknown>>(
  database: DrizzleDatabase<Schema>,
  table: string,
): Promise<void> {
  const { kept } = firstRow<TableRow>(
    await database.execute(
      sql`select (select relrowsecurity and relforcerowsecurity from pg_class where oid = to_regclass(${table})) as kept`,
    ),
  );
  if (kept === null) throw new ConfigurationError(`there is no table ${table}; run the migrations first`);
  if (!kept) {
    throw new ConfigurationError(
      `row-level security is off on the table ${table}; run: ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`,
    );
  }
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** PGlite and node-postgres return `{ rows }`, postgres.js an array of rows. */
function firstRow<Row>(result: unknown): Row {
  const rows = Array.isArray(result) ? result : (result as { rows: unknown[] }).rows;
  return rows[0] as Row;
}
