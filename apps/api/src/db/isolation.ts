import { sql } from "drizzle-orm";
import type { Client } from "./client.ts";
import { requestRole } from "./owner-policy.ts";

type Row = { user: string; may_take_role: boolean; role_bypasses: boolean; forced: boolean };

/**
 * Makes sure, before the first request, that the database really keeps rows to their owners: a role that somebody gave
 * BYPASSRLS to, or a table on which row-level security was switched off, would show everybody everything in silence.
 *
 * @throws {Error} that says which of it is wrong and which statement mends it.
 */
export async function assertIsolation(client: Client): Promise<void> {
  const role = requestRole.name;
  const result = await client.execute(sql`
    select current_user as "user",
      pg_has_role(${role}, case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end) as may_take_role,
      (select rolsuper or rolbypassrls from pg_roles where rolname = ${role}) as role_bypasses,
      (select relrowsecurity and relforcerowsecurity from pg_class where oid = 'tasks'::regclass) as forced`);
  const found = firstRow(result);

  if (!found.may_take_role) {
    throw new Error(
      `the database user ${found.user} may not take the role ${role}; an administrator must run: GRANT ${role} TO "${found.user}"`,
    );
  }
  if (found.role_bypasses) {
    throw new Error(
      `the role ${role} bypasses row-level security; an administrator must run: ALTER ROLE ${role} NOSUPERUSER NOBYPASSRLS`,
    );
  }
  if (!found.forced) {
    throw new Error(
      "row-level security is off on the table tasks; run: ALTER TABLE tasks ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    );
  }
}

/** The embedded database answers `{ rows }`, postgres.js an array of rows. */
function firstRow(result: unknown): Row {
  const rows = Array.isArray(result) ? result : (result as { rows: unknown[] }).rows;
  return rows[0] as Row;
}
