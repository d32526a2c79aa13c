import { PGlite } from "@electric-sql/pglite";
import { migrateRows } from "@usher-auth/postgres";
import { migrateRevocations } from "@usher-auth/postgres/revocations";
import { expect, test } from "vitest";

// Hosts such as Supabase give each new table to roles that requests from outside may take.
test("default privileges give nobody access to the keys or to revocations", async () => {
  const pglite = await PGlite.create();
  await pglite.exec(`create role "Anyone"; create role reporting;
    alter default privileges in schema public grant all on tables to "Anyone";
    alter default privileges in schema public grant all on sequences to "Anyone";
    alter default privileges grant select on tables to reporting`);
  await migrateRows(pglite);
  await migrateRevocations(pglite);
  const { rows } = await pglite.query(`
    select relname, grantee::regrole::text from pg_class cross join aclexplode(relacl)
    where relname ~ '^(usher_revocations|principal_keys)' and grantee <> relowner`);
  expect(rows).toEqual([]);

  await pglite.exec("grant select on usher_revocations to reporting");
  await migrateRevocations(pglite);
  const kept = "select has_table_privilege('reporting', 'usher_revocations', 'select') as kept";
  expect((await pglite.query(kept)).rows).toEqual([{ kept: true }]);
  await pglite.close();
});
