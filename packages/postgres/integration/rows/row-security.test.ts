import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import { assertRowSecurity, migrateRows, policySql } from "@usher-auth/postgres";
import { pgTable, text } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/postgres-js";
import pg from "pg";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type PreparedTables, prepareTables } from "../../test/rows/prepared-tables.ts";

let server: PostgresServer;
let tables: PreparedTables;
let admin: postgres.Sql;
let sql: postgres.Sql;
beforeAll(async () => {
  server = await startPostgres();
  tables = await prepareTables(server, "hardened");
  admin = postgres(tables.adminUrl, { max: 1, onnotice: () => {} });
  sql = postgres(tables.url, { max: 1 });
});
afterAll(async () => {
  await sql.end();
  await admin.end();
  await server.stop();
});

const names = ["notes", "public.documents", '"counters"', "projects"];
const check = () => assertRowSecurity(sql, names, { key: tables.key });

/** Changes the database for one test. */
async function change(script: string, back: string): Promise<void> {
  await admin.unsafe(script);
  onTestFinished(async () => {
    await admin.unsafe(back);
    await check();
  });
}

describe("a hardened database", () => {
  test("passes with each driver, and with Drizzle's database and tables", async () => {
    const hardened = { mode: "hardened", missing: [] };
    expect(await check()).toEqual(hardened);
    const pool = new pg.Pool({ connectionString: tables.url, max: 1 });
    onTestFinished(() => pool.end());
    expect(await assertRowSecurity(pool, names, { key: tables.key })).toEqual(hardened);
    const notes = pgTable("notes", { owner: text("owner_id") });
    expect(await assertRowSecurity(drizzle({ client: sql }), [notes], { key: tables.key })).toEqual(hardened);
  });

  const database = () => new URL(tables.url).pathname.slice(1);
  test.each([
    ["alter role api_login createdb", "alter role api_login nocreatedb", "who has CREATEDB"],
    ["alter role api_login bypassrls", "alter role api_login nobypassrls", "who has BYPASSRLS"],
    ["alter role api_login superuser", "alter role api_login nosuperuser", "who has SUPERUSER"],
    [
      "grant pg_read_all_data to api_login",
      "revoke pg_read_all_data from api_login",
      "api_login is a member of pg_read_all_data",
    ],
    [
      "grant pg_monitor to usher_api",
      "revoke pg_monitor from usher_api",
      "usher_api is a member of pg_monitor",
    ],
    [
      "grant usher_api to api_login with inherit true",
      "grant usher_api to api_login with inherit false",
      "without switching to it",
    ],
    [
      "create table mine (); alter table mine owner to api_login",
      "drop table mine",
      "api_login owns the table mine",
    ],
    [
      "create schema theirs authorization usher_api",
      "drop schema theirs",
      "usher_api owns the schema theirs",
    ],
    [
      "grant select on notes to api_login",
      "revoke all on notes from api_login",
      "REVOKE ALL ON notes FROM api_login, PUBLIC",
    ],
    [
      "grant update (body) on notes to public",
      "revoke all on notes from public",
      "REVOKE ALL ON notes FROM api_login, PUBLIC",
    ],
    [
      "grant insert on usher_revocations to usher_api",
      "revoke all on usher_revocations from usher_api",
      "usher_api has privileges on usher_revocations",
    ],
    [
      "grant all on all sequences in schema public to usher_api",
      "revoke update, select on all sequences in schema public from usher_api",
      "usher_api has privileges on usher_revocations_sequence_seq",
    ],
    [
      "grant select on usher.principal_keys to public",
      "revoke all on usher.principal_keys from public",
      "api_login has privileges on usher.principal_keys",
    ],
    [
      "grant create on schema public to public",
      "revoke create on schema public from public",
      "api_login may create tables in the schema public",
    ],
    [
      "create schema app; grant create on schema app to usher_api",
      "drop schema app",
      "usher_api may create tables in the schema app",
    ],
    [
      "grant temporary on database DATABASE to public",
      "revoke temporary on database DATABASE from public",
      "REVOKE TEMPORARY ON DATABASE",
    ],
    [
      "alter table notes no force row level security",
      "alter table notes force row level security",
      'row-level security is off on the table "notes"',
    ],
    [
      "revoke all on notes from usher_api",
      "grant select, insert, update, delete on notes to usher_api",
      'usher_api has no privileges on "notes"; run, for what requests need: GRANT SELECT',
    ],
    [
      "grant truncate on notes to usher_api",
      "revoke truncate on notes from usher_api",
      'REVOKE TRUNCATE ON "notes" FROM usher_api',
    ],
    [
      "create view seen as select * from notes; grant select on seen to usher_api",
      "drop view seen",
      'seen shows the rows of "notes" without its policies',
    ],
    [
      "create materialized view seen as select * from notes; grant select on seen to usher_api",
      "drop materialized view seen",
      'seen shows the rows of "notes"',
    ],
    [
      "create table part () inherits (notes); grant select on part to usher_api",
      "drop table part",
      'part shows the rows of "notes"',
    ],
    [
      "create table part () inherits (notes); create table deep () inherits (part); grant delete on deep to usher_api",
      "drop table part cascade",
      'deep shows the rows of "notes"',
    ],
    [
      "create view seen as select * from notes; create view again as select * from seen; alter view again owner to migrations; grant select on seen to migrations; grant select on again to usher_api",
      "drop view seen cascade",
      'again shows the rows of "notes"',
    ],
    [
      "create view seen as select * from notes; grant insert on seen to usher_api",
      "drop view seen",
      'seen shows the rows of "notes"',
    ],
    [
      "create policy jobs on notes to migrations using (true); create view seen as select * from notes; alter view seen owner to migrations; grant select (body) on seen to usher_api",
      "drop view seen; drop policy jobs on notes",
      'seen shows the rows of "notes"',
    ],
    [
      `create collation folding (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      drop policy notes_owner on notes; alter table notes alter owner_id type text collate folding;
      ${policySql({ table: "notes", owner: "owner_id" })}`,
      `drop policy notes_owner on notes; alter table notes alter owner_id type text collate "default";
      ${policySql({ table: "notes", owner: "owner_id" })} drop collation folding`,
      'the column owner_id of "notes" takes different ids for the same one',
    ],
    [
      "alter policy notes_owner on notes to postgres",
      "alter policy notes_owner on notes to usher_api",
      'the table "notes" has no policy',
    ],
    [
      "create policy old on notes to usher_api using (owner_id = current_setting('usher.user_id', true))",
      "drop policy old on notes",
      'the policy old on "notes" reads a setting',
    ],
    [
      "alter policy notes_owner on notes using (true) with check (true)",
      "alter policy notes_owner on notes using (owner_id = (select usher.user_id())) with check (owner_id = (select usher.user_id()))",
      'no policy on "notes" asks usher.user_id()',
    ],
    [
      `create function who() returns text stable language sql as $$ select current_setting('usher.user_id') $$;
      alter policy notes_owner on notes using (owner_id = who()) with check (owner_id = who())`,
      `alter policy notes_owner on notes using (owner_id = (select usher.user_id()))
      with check (owner_id = (select usher.user_id())); drop function who`,
      'no policy on "notes" asks usher.user_id()',
    ],
  ])("fails after: %s", async (script, back, problem) => {
    await change(script.replace("DATABASE", database()), back.replace("DATABASE", database()));
    await expect(check()).rejects.toThrow(problem);
  });

  test.each([
    [
      "runs with the rights of its reader",
      "create view seen with (security_invoker = true) as select * from notes",
    ],
    [
      "has the rights of an owner who sees nothing",
      "create view seen as select * from notes; alter view seen owner to migrations",
    ],
    [
      "does, over one without grants that does not",
      "create view hidden as select * from notes; create view seen with (security_invoker = true) as select * from hidden",
    ],
  ])("passes with a view that %s", async (_view, script) => {
    await change(
      `${script}; grant select on seen to usher_api`,
      "drop view if exists seen; drop view if exists hidden",
    );
    expect(await check()).toMatchObject({ mode: "hardened" });
  });

  test.each([
    ["a table of owners", "exists (select from documents where documents.id = notes.id)", ""],
    [
      "a function that asks for the principal",
      "is_own(owner_id)",
      "create function is_own(id text) returns boolean stable language sql as 'select id = usher.user_id()'",
    ],
  ])("passes with a policy that asks %s", async (_what, condition, before) => {
    await change(
      `${before}; alter policy notes_owner on notes using (${condition}) with check (${condition})`,
      `alter policy notes_owner on notes using (owner_id = (select usher.user_id()))
      with check (owner_id = (select usher.user_id())); drop function if exists is_own`,
    );
    expect(await check()).toMatchObject({ mode: "hardened" });
  });

  test("passes with a restrictive policy that asks for the principal", async () => {
    await change(
      `alter policy notes_owner on notes using (true) with check (true);
      create policy own on notes as restrictive to usher_api using (owner_id = (select usher.user_id()))`,
      `drop policy own on notes; alter policy notes_owner on notes
      using (owner_id = (select usher.user_id())) with check (owner_id = (select usher.user_id()))`,
    );
    expect(await check()).toMatchObject({ mode: "hardened" });
  });

  test("fails without the key, and with a key that the database does not know", async () => {
    await expect(assertRowSecurity(sql, names)).rejects.toThrow("set USHER_ROWS_KEY");
    const key = "another key of at least 32 bytes, which is wrong";
    const error = await assertRowSecurity(sql, names, { key }).catch(String);
    expect(error).toContain("the database does not know the key");
    expect(error).not.toContain(key);
  });

  test("fails for the owner, who is not in the role, and for the superuser", async () => {
    for (const [url, reason] of [
      [tables.ownerUrl, "may not switch to the role usher_api"],
      [tables.adminUrl, "who has SUPERUSER"],
    ] as const) {
      const other = postgres(url, { max: 1 });
      await expect(assertRowSecurity(other, names, { key: tables.key })).rejects.toThrow(reason);
      await other.end();
    }
  });

  test("names every problem at once", async () => {
    const error = await assertRowSecurity(sql, ["nowhere", "usher.nothing"], { key: tables.key }).catch(
      String,
    );
    expect(error).toContain('there is no table "nowhere"');
    expect(error).toContain('there is no table "usher"."nothing"');
  });
});

test("a named database passes, and returns what is missing for hardened mode", async () => {
  const named = await prepareTables(server, "named");
  const owner = postgres(named.ownerUrl, { max: 1, onnotice: () => {} });
  onTestFinished(() => owner.end());
  const { mode, missing } = await assertRowSecurity(owner, names);
  expect(mode).toBe("named");
  expect(missing[0]).toContain("there is no key");
  expect(missing.join()).toContain("migrations owns");
  await expect(assertRowSecurity(owner, names, { key: "x".repeat(32) })).rejects.toThrow(
    "does not know the key",
  );
});

describe("keys", () => {
  const [first, second] = ["first key, of at least 32 bytes ...", "second key, of at least 32 bytes .."];

  test("are added, told and removed by name, so that a rotation loses no request", async () => {
    const { ownerUrl } = await prepareTables(server, "named");
    const owner = postgres(ownerUrl, { max: 1, onnotice: () => {} });
    onTestFinished(() => owner.end());
    const one = await migrateRows(owner, { keys: [first] });
    expect(one).toEqual({
      mode: "hardened",
      added: [expect.stringMatching(/^[0-9a-f]{16}$/)],
      others: [],
      createdLogin: false,
    });
    const both = await migrateRows(owner, { keys: [second] });
    expect(both).toEqual({
      mode: "hardened",
      added: [expect.any(String)],
      others: one.added,
      createdLogin: false,
    });
    const last = await migrateRows(owner, { keys: [second], removeOtherKeys: true });
    expect(last).toEqual({ mode: "hardened", added: [], others: [], createdLogin: false });
    expect(JSON.stringify([one, both, last])).not.toContain("key");
  });

  test("of fewer than 32 bytes are rejected before anything runs", async () => {
    await expect(migrateRows(sql, { keys: ["short"] })).rejects.toThrow("at least 32 bytes");
  });

  test("longer than a block of SHA-256 prove a principal too", async () => {
    const { adminUrl } = await prepareTables(server, "named");
    const superuser = postgres(adminUrl, { max: 1, onnotice: () => {} });
    onTestFinished(() => superuser.end());
    const { proofOf } = await import("../../src/rows/binding/proof.ts");
    const key = Buffer.alloc(200, "k");
    await migrateRows(superuser, { keys: [key] });
    const principal = { userId: "ünï", orgId: "😀" };
    const ids = (proof: string) =>
      superuser.begin(async (transaction) => {
        await transaction`select set_config('usher.user_id', ${principal.userId}, true),
          set_config('usher.org_id', ${principal.orgId}, true), set_config('usher.proof', ${proof}, true)`;
        return (await transaction`select usher.user_id(), usher.org_id()`)[0];
      });
    expect(await ids(proofOf(principal, key))).toEqual({ user_id: "ünï", org_id: "😀" });
    await expect(ids(proofOf({ ...principal, orgId: "" }, key))).rejects.toMatchObject({ code: "28000" });
  });
});
