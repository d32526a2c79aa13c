import { randomBytes } from "node:crypto";
import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { openDatabase } from "../../src/operations/open-database.ts";
import { openTestApi } from "../support/api.ts";

// Three users, one for each purpose: `api` for requests, `owner` for migrations, `revoker` for revocations.

const users = ["api", "owner", "revoker"] as const;
let server: PostgresServer;
let admin: postgres.Sql;
let name: string;
beforeAll(async () => {
  server = await startPostgres();
  admin = postgres(server.url, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create role owner login createrole password 'secret of the owner'`);
  for (const user of ["api", "revoker"])
    await admin.unsafe(`create role ${user} login noinherit password 'secret of ${user}'`);
});
beforeEach(async () => {
  name = `test_${randomBytes(6).toString("hex")}`;
  await server.createDatabase(name);
  await admin.unsafe(`alter database ${name} owner to owner`);
});
afterAll(async () => {
  await admin.end();
  await server.stop();
});

function urlOf(user: (typeof users)[number]): string {
  const url = new URL(server.url);
  url.pathname = name;
  url.username = user;
  url.password = user === "owner" ? "secret of the owner" : `secret of ${user}`;
  return url.href;
}

const newKey = () => randomBytes(32).toString("base64url");
const given = (more: object = {}) => ({
  url: urlOf("api"),
  migrationUrl: urlOf("owner"),
  folder: "unused",
  key: newKey(),
  ...more,
});

test("serves requests as a user without rights, and revokes as another one", async () => {
  const warnings = vi.spyOn(process, "emitWarning");
  onTestFinished(() => warnings.mockRestore());
  const database = await openDatabase(given({ revocationsUrl: urlOf("revoker") }));
  expect(database).toMatchObject({ kind: "server", mode: "hardened" });
  const api = await openTestApi(database);
  expect((await api.call("ada", "POST", "/tasks", { title: "x" })).statusCode).toBe(201);
  expect((await api.call("ada", "GET", "/tasks")).json().tasks).toHaveLength(1);
  expect((await api.call("bob", "GET", "/tasks")).json().tasks).toEqual([]);
  await database.revocations.append([{ kind: "user", id: "eve", before: 1 }]);
  await api.close();
  await database.close();
  expect(warnings.mock.calls).toEqual([]);

  const rights = postgres(urlOf("owner"), { max: 1, onnotice: () => {} });
  const may = (user: string, right: string) =>
    rights`select has_table_privilege(${user}, 'usher_revocations', ${right})`;
  expect(await may("revoker", "select, insert, delete")).toEqual([{ has_table_privilege: true }]);
  for (const user of ["api", "usher_api"])
    expect(await may(user, "select, insert, update, delete")).toEqual([{ has_table_privilege: false }]);
  await rights.end();
});

test("without a key, logs in as a user without rights, and trusts the name of the principal", async () => {
  const database = await openDatabase(given({ key: undefined }));
  expect(database.mode).toBe("named");
  await database.close();
});

test("several keys are valid while they are rotated, and none is not enough", async () => {
  const [old, current] = [given(), given()];
  for (const settings of [old, current, old]) await (await openDatabase(settings)).close();
  await expect(openDatabase(given({ key: undefined }))).rejects.toThrow("set USHER_ROWS_KEY");
});

test.each([
  ["MIGRATION_DATABASE_URL", () => ({ migrationUrl: undefined })],
  ["MIGRATION_DATABASE_URL", () => ({ migrationUrl: urlOf("api") })],
  ["REVOCATIONS_DATABASE_URL", () => ({ revocationsUrl: urlOf("api") })],
] as const)("does not start hardened if requests share the user of %s", async (variable, more) => {
  await expect(openDatabase(given(more()))).rejects.toThrow(
    `set ${variable} to a URL with another user than the one in DATABASE_URL (api)`,
  );
});

test("names the variable of a URL that is wrong, without its password", async () => {
  const wrong = new URL(urlOf("owner"));
  wrong.password = "hidden";
  const message = await openDatabase(given({ migrationUrl: wrong.href })).catch(
    (error: Error) => error.message,
  );
  expect(message).toMatch(
    /cannot be used: password authentication failed for user "owner" \(MIGRATION_DATABASE_URL\)$/,
  );
  const nowhere = openDatabase(given({ revocationsUrl: "postgres://revoker:hidden@127.0.0.1:1/tasks" }));
  await expect(nowhere).rejects.toThrow(
    "the database at 127.0.0.1:1/tasks does not answer (ECONNREFUSED): start it, or check REVOCATIONS_DATABASE_URL",
  );
});

test("does not start if migrations lead to another database than requests", async () => {
  const elsewhere = new URL(await server.createDatabase());
  await admin.unsafe(`alter database ${elsewhere.pathname.slice(1)} owner to owner`);
  const migrationUrl = new URL(urlOf("owner"));
  migrationUrl.pathname = elsewhere.pathname;
  await expect(openDatabase(given({ migrationUrl: migrationUrl.href }))).rejects.toThrow(
    "DATABASE_URL and MIGRATION_DATABASE_URL must lead to the same database",
  );
});

test("recognises the database of revocations, whatever the time zones of the users", async () => {
  await admin.unsafe(`alter role revoker in database ${name} set timezone to 'Asia/Tokyo'`);
  await (await openDatabase(given({ revocationsUrl: urlOf("revoker") }))).close();
});

test("keeps revocations in another database, if their URL leads to one", async () => {
  const elsewhere = await server.createDatabase();
  const database = await openDatabase(given({ revocationsUrl: elsewhere }));
  await database.revocations.append([{ kind: "user", id: "eve", before: 1 }]);
  await database.close();
  const other = postgres(elsewhere, { max: 1 });
  expect(await other`select id from usher_revocations`).toEqual([{ id: "eve" }]);
  await other.end();
});
