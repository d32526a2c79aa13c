import { PGlite } from "@electric-sql/pglite";
import {
  assertRowSecurity,
  checkTables,
  loginSql,
  migrateRows,
  policySql,
  rowsSchemaSql,
} from "@usher-auth/postgres";
import { pgSchema, text } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/pglite";
import { afterAll, beforeAll, expect, test } from "vitest";

const pglite = new PGlite();
beforeAll(() => pglite.waitReady);
afterAll(() => pglite.close());

test.each([
  ["tasks", '"tasks"'],
  ["app.tasks", '"app"."tasks"'],
  ['"odd.name"', '"odd.name"'],
  ['app."with ""quotes"""', '"app"."with ""quotes"""'],
  ["tasks; drop table tasks", '"tasks; drop table tasks"'],
])("a table's name is quoted as it is: %s", (table, quoted) => {
  expect(policySql({ table, owner: "o" })).toContain(`alter table ${quoted} force row level security`);
});

test("a Drizzle table brings its schema", () => {
  const table = pgSchema("Else").table("where", { owner: text() });
  expect(policySql({ table, owner: "owner" })).toContain('on "Else"."where" for all to usher_api');
});

test.each(["", ".", "a.", ".a", "a.b.c", 'a"b', {}, null])("%j is not a table's name", (table) => {
  expect(() => policySql({ table: table as string, owner: "o" })).toThrow("a table must be a name");
});

test("a column and a login are quoted", () => {
  expect(policySql({ table: "t", owner: "o\" = '' or true --" })).toContain(
    '("o"" = \'\' or true --" = (select',
  );
  const login = loginSql(`a'b"c`);
  expect(login).toContain(`create role "a'b""c" login noinherit`);
  expect(login).toContain(`rolname = 'a''b"c'`);
});

test("the type of a column changes the value that it is compared with, never the column", () => {
  const policy = policySql({ table: "t", owner: "o", type: "uuid", tenant: "p", tenantType: "bigint" });
  expect(policy).toContain(
    'using ("o" = (select usher.as_uuid(usher.user_id())) and "p" = (select usher.as_bigint(usher.org_id())))',
  );
  expect(policy).toContain('alter column "p" set default usher.as_bigint(usher.org_id())');
  expect(() => policySql({ table: "t", owner: "o", type: "citext" as "text" })).toThrow("must be text, uuid");
  expect(() => policySql({ table: "t" })).toThrow("needs an owner, a tenant, or both");
});

test.each([
  ["as_uuid", "a11ce000-0000-4000-8000-000000000001", true],
  ["as_uuid", "A11CE000-0000-4000-8000-000000000001", false],
  ["as_uuid", "{a11ce000-0000-4000-8000-000000000001}", false],
  ["as_uuid", "a11ce000-0000-4000-8000-000000000001\n", false],
  ["as_uuid", "a11ce00000004000800000000000000", false],
  ["as_integer", "0", true],
  ["as_integer", "-0", false],
  ["as_integer", "-1", true],
  ["as_integer", "+1", false],
  ["as_integer", "01", false],
  ["as_integer", "1 ", false],
  ["as_integer", "1\n", false],
  ["as_integer", "1e3", false],
  ["as_integer", "٣", false],
  ["as_integer", "2147483647", true],
  ["as_integer", "2147483648", false],
  ["as_integer", "-2147483649", false],
  ["as_bigint", "9223372036854775807", true],
  ["as_bigint", "-9223372036854775808", true],
  ["as_bigint", "9223372036854775808", false],
  ["as_bigint", "9999999999999999999", false],
])("%s(%j) is a value: %s", async (name, id, isValue) => {
  await migrateRows(pglite);
  const { rows } = await pglite.query<{ value: string | null }>(`select usher.${name}($1)::text as value`, [
    id,
  ]);
  expect(rows).toEqual([{ value: isValue ? id : null }]);
});

test("on PGlite, named mode is checked, and hardened mode is refused: its only user is a superuser", async () => {
  await expect(assertRowSecurity(await PGlite.create(), [])).rejects.toThrow("CREATE ROLE usher_api NOLOGIN");
  await migrateRows(pglite);
  await pglite.exec(
    `create table owned (owner_id text); ${policySql({ table: "owned", owner: "owner_id" })}`,
  );
  const { mode, missing } = await assertRowSecurity(drizzle({ client: pglite }), ["owned"]);
  expect(mode).toBe("named");
  expect(missing).toEqual([
    expect.stringContaining("there is no key"),
    expect.stringContaining("who has SUPERUSER, BYPASSRLS"),
    expect.stringContaining("usher_api may create temporary tables"),
  ]);
  expect(await checkTables(pglite)).toEqual([{ table: "public.owned", columns: ["owner_id"], problems: [] }]);

  const key = "a key of at least 32 bytes, for PGlite";
  expect((await migrateRows(pglite, { keys: [key] })).mode).toBe("hardened");
  await expect(assertRowSecurity(pglite, ["owned"], { key })).rejects.toThrow("who has SUPERUSER");
});

test("a table that gets a tenant keeps no policy that shows all of an owner's rows", async () => {
  await migrateRows(pglite);
  const names = async () =>
    (
      await pglite.query<{ polname: string }>(
        "select polname from pg_policy where polrelid = 'growing'::regclass",
      )
    ).rows.map(({ polname }) => polname);
  await pglite.exec("create table growing (o text, t text)");
  const columns = { owner: "o", tenant: "t" };
  const former = [{ owner: "o" }, columns, { tenant: "t" }, columns];
  for (const each of former) {
    await pglite.exec(policySql({ table: "growing", ...each }));
    expect(await names()).toHaveLength(1);
  }
  expect(await names()).toEqual(["growing_owner_and_tenant"]);
  await pglite.exec("drop table growing");
});

test("the schema is one text that runs as it is, again and again", async () => {
  const own = await PGlite.create();
  for (let times = 0; times < 2; times++) await own.exec(rowsSchemaSql());
  expect((await own.query("select usher.mode()")).rows).toEqual([{ mode: "named" }]);
  await own.close();
});

test("anything else than a client is refused with what to give", async () => {
  for (const client of [null, undefined, "postgres://x", {}]) {
    await expect(migrateRows(client as never)).rejects.toThrow("give a Pool or Client of pg");
  }
});
