import { ConfigurationError } from "@usher-auth/verify";
import { sql } from "drizzle-orm";
import { getTableConfig, type PgTable } from "drizzle-orm/pg-core";
import type { DrizzleDatabase } from "./database.ts";
import { requestRole } from "./owner-policy.ts";

type RoleRow = { user: string; exists: boolean; may_take: boolean | null; bypasses: boolean | null };
type TableRow = { kept: boolean | null };

/**
 * Makes sure, before the first request, that the database really keeps rows to their owners: a role that
 * somebody gave BYPASSRLS to, or a table on which row-level security was switched off, would show everybody
 * everything in silence.
 *
 * Checks that the role of requests exists, that the connected user may take it, that it cannot bypass
 * row-level security, and that each of `tables` has it ENABLED and FORCED. Does not read what the policies
 * say.
 *
 * @throws {ConfigurationError} that says which of it is wrong and which statement mends it.
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
  // From Postgres 16 on, being a member of a role and being allowed to take it are two things.
  return firstRow<RoleRow>(
    await database.execute(sql`
      with request_role as (select * from pg_roles where rolname = ${requestRole.name})
      select current_user as "user",
        exists (select from request_role) as "exists",
        (select pg_has_role(oid, case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end)
          from request_role) as may_take,
        (select rolsuper or rolbypassrls from request_role) as bypasses`),
  );
}

function assertRole({ user, exists, may_take, bypasses }: RoleRow): void {
  const { name } = requestRole;
  if (!exists) {
    throw new ConfigurationError(
      `there is no role ${name}; an administrator must run: CREATE ROLE ${name} NOLOGIN; GRANT ${name} TO ${quoted(user)}`,
    );
  }
  if (!may_take) {
    throw new ConfigurationError(
      `the database user ${user} may not take the role ${name}; an administrator must run: GRANT ${name} TO ${quoted(user)}`,
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

/** PGlite and node-postgres answer `{ rows }`, postgres.js an array of rows. */
function firstRow<Row>(result: unknown): Row {
  const rows = Array.isArray(result) ? result : (result as { rows: unknown[] }).rows;
  return rows[0] as Row;
}
