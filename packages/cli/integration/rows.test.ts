import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import { assertRowSecurity } from "@usher-auth/postgres";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { usher } from "../test/support/command.ts";

let server: PostgresServer;
let admin: postgres.Sql;
let adminUrl: string;
let MIGRATION_DATABASE_URL: string;
let DATABASE_URL: string;
const first = "the first key, of at least 32 bytes";
const second = "the second key, of at least 32 bytes";
beforeAll(async () => {
  server = await startPostgres();
  adminUrl = await server.createDatabase("app");
  admin = postgres(adminUrl, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create role owner login createrole password 'owner';
    create role stranger login createrole password 'stranger'; alter database app owner to owner;
    alter schema public owner to owner`);
  MIGRATION_DATABASE_URL = urlOf(adminUrl, "owner");
  DATABASE_URL = urlOf(adminUrl, "api");
});
afterAll(async () => {
  await admin.end();
  await server.stop();
});

function urlOf(url: string, user: string): string {
  const own = new URL(url);
  own.username = user;
  own.password = user;
  return own.href;
}

const migrate = (key: string, ...words: string[]) =>
  usher(["migrate", ...words], {
    environment: { MIGRATION_DATABASE_URL, DATABASE_URL, USHER_ROWS_KEY: key },
  });

test("migrate, sql and tables lead to a hardened database, and a rotation to one key", async () => {
  expect(await migrate(first)).toMatchObject({
    exitCode: 2,
    errors: expect.stringContaining("use --login <user>"),
  });

  const stranger = await usher(["migrate"], { environment: { DATABASE_URL: urlOf(adminUrl, "stranger") } });
  expect(stranger).toMatchObject({
    exitCode: 2,
    errors: expect.stringMatching(
      /permission denied.*Set MIGRATION_DATABASE_URL to the owner of your tables/,
    ),
  });

  const created = await migrate(first, "--login", "api");
  expect(created).toMatchObject({ exitCode: 0, errors: "" });
  expect(created.output).toMatch(/✓ The key [0-9a-f]{16} was added/);
  expect(created.output).toContain("! api is new and has no password: in psql, run \\password api");
  expect(created.output).not.toContain(first);
  await admin.unsafe("alter role api password 'api'");

  const owner = postgres(MIGRATION_DATABASE_URL, { max: 1, onnotice: () => {} });
  onTestFinished(() => owner.end());
  await owner.unsafe("create table tasks (id uuid, owner_id uuid not null, org_id text not null)");
  const environment = { MIGRATION_DATABASE_URL, DATABASE_URL };
  const open = await usher(["tables"], { environment });
  expect(open).toMatchObject({ exitCode: 1, errors: "" });
  expect(open.output).toContain(
    "✗ public.tasks (owner_id, org_id): row-level security is off, there is no policy for usher_api\n",
  );

  const words = "sql --table tasks --owner owner_id --type uuid --tenant org_id --login api".split(" ");
  const { output, exitCode } = await usher(words);
  expect(exitCode).toBe(0);
  await owner.unsafe(output);
  await owner.unsafe(output); // can run again
  expect((await usher(["tables"], { environment })).output).toBe("✓ public.tasks (owner_id, org_id)\n");

  const api = postgres(DATABASE_URL, { max: 1 });
  onTestFinished(() => api.end());
  expect(await assertRowSecurity(api, ["tasks"], { key: first })).toEqual({ mode: "hardened", missing: [] });

  const rotated = await migrate(second);
  expect(rotated.output).toMatch(/! The key [0-9a-f]{16} is valid too.*--remove-old-keys/);
  expect(await assertRowSecurity(api, ["tasks"], { key: first })).toMatchObject({ mode: "hardened" });
  expect((await migrate(second, "--remove-old-keys")).output).not.toContain("!");
  await expect(assertRowSecurity(api, ["tasks"], { key: first })).rejects.toThrow("does not know the key");

  const json = await migrate(second, "--json");
  expect(JSON.parse(json.output)).toEqual({
    mode: "hardened",
    added: [],
    others: [],
    createdLogin: false,
    login: "api",
  });
  expect(await admin`select count(*)::int as count from usher_revocations`).toEqual([{ count: 0 }]);
});

test("migrate lets another user revoke, in the same database or in another one", async () => {
  await admin.unsafe("create role revoker login noinherit password 'revoker'");
  const url = await server.createDatabase("shared");
  await admin.unsafe("alter database shared owner to owner");
  const apart = await server.createDatabase("revocations");
  await admin.unsafe("alter database revocations owner to revoker");
  for (const revocations of [url, apart]) {
    const environment = {
      DATABASE_URL: urlOf(url, "owner"),
      REVOCATIONS_DATABASE_URL: urlOf(revocations, "revoker"),
    };
    expect(await usher(["migrate"], { environment })).toMatchObject({ exitCode: 0, errors: "" });
    const revoked = await usher(["revoke", "--user", "eve"], { environment });
    expect(revoked).toMatchObject({ exitCode: 0 });
  }
});

describe("tables", () => {
  test("finds columns in any case, leaves out exceptions, and prints JSON", async () => {
    const url = await server.createDatabase("other");
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    onTestFinished(() => sql.end());
    await sql.unsafe(`create table session ("userId" text); create table posts (author text);
      create schema app; create table app.notes (tenant_id text); alter table app.notes enable row level security`);
    const run = (...words: string[]) => usher(["tables", ...words], { environment: { DATABASE_URL: url } });
    expect((await run()).output.split("\n").slice(0, 2)).toEqual([
      "✗ app.notes (tenant_id): row-level security is not forced, there is no policy for usher_api",
      "✗ public.session (userId): row-level security is off, there is no policy for usher_api",
    ]);
    expect(await run("--except", "session,app.notes")).toMatchObject({
      exitCode: 0,
      output: "",
      errors: expect.stringContaining("Name yours with --column"),
    });
    const named = await run("--column", "author", "--json");
    expect(named.exitCode).toBe(1);
    expect(JSON.parse(named.output).tables).toMatchObject([{ table: "public.posts", columns: ["author"] }]);
  });
});

describe("rejects, with exit code 2 and advice,", () => {
  test.each([
    [["sql"], "Use --table, --login, or both"],
    [["sql", "--table", "tasks"], "needs an owner, a tenant, or both"],
    [
      ["sql", "--table", "tasks", "--owner", "o", "--type", "citext"],
      "must be text, uuid, integer or bigint",
    ],
    [["sql", "--table", "a.b.c", "--owner", "o"], "a table must be a name"],
    [["migrate"], "DATABASE_URL is not set"],
    [["migrate", "--remove-old-keys"], "needs USHER_ROWS_KEY"],
    [["tables"], "DATABASE_URL is not set"],
    [["tables", "--column", ","], "--column is empty"],
  ])("%j", async (words, reason) => {
    const { exitCode, errors, output } = await usher(words);
    expect({ exitCode, output }).toEqual({ exitCode: 2, output: "" });
    expect(errors).toContain(reason);
  });

  test("a short key, without repeating it", async () => {
    const { exitCode, errors } = await usher(["migrate"], {
      environment: { DATABASE_URL: MIGRATION_DATABASE_URL, USHER_ROWS_KEY: "hunter2" },
    });
    expect(exitCode).toBe(2);
    expect(errors).toContain("USHER_ROWS_KEY: a key for rows must have at least 32 bytes");
    expect(errors).not.toContain("hunter2");
  });
});

test("without a key, migrate says that the database trusts the name of the user", async () => {
  const url = await server.createDatabase("named");
  const { exitCode, output } = await usher(["migrate"], { environment: { DATABASE_URL: url } });
  expect(exitCode).toBe(0);
  expect(output).toContain("! Named mode");
});
