import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import { migrateRows } from "@usher-auth/postgres";
import postgres from "postgres";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

let server: PostgresServer;
const connections: postgres.Sql[] = [];
beforeAll(async () => {
  server = await startPostgres();
  await migrateRows(connect(server.url));
});
afterAll(async () => {
  await Promise.all(connections.map((sql) => sql.end()));
  await server.stop();
});

function connect(url: string, user?: string): postgres.Sql {
  const sql = postgres(url, { max: 1, onnotice: () => {}, ...(user && { user, password: "test" }) });
  connections.push(sql);
  return sql;
}

test.each([
  ["created", "", "create role racer login; grant usher_api to racer"],
  ["granted", "create role racer login", "grant usher_api to racer"],
])("the login is %s once, if another database of the server migrates at the same time", async (...given) => {
  const [, before, other] = given;
  const admin = connect(server.url);
  onTestFinished(async () => {
    await admin.unsafe("drop role racer");
  });
  await admin.unsafe(before);
  const own = connect(await server.createDatabase());
  let migration: Promise<unknown> | undefined;
  await admin.begin(async (transaction) => {
    await transaction.unsafe(other);
    migration = migrateRows(own, { login: "racer" });
    // It waits for the other transaction.
    await expect
      .poll(() => transaction`select from pg_locks where not granted`, { timeout: 10_000 })
      .toHaveLength(1);
  });
  expect(await migration).toMatchObject({ mode: "named" });
});

test.each([
  ["CREATE ROLE fresh LOGIN NOINHERIT; GRANT usher_api TO fresh", "modest", "fresh"],
  ["GRANT usher_api TO existing", "humble", "existing"],
])("a user without rights gets what an administrator must run: %s", async (statements, user, login) => {
  const admin = connect(server.url);
  await admin.unsafe(`create role ${user} login password 'test'; grant usher_api to ${user}`);
  if (login === "existing") await admin.unsafe("create role existing login noinherit");
  const url = await server.createDatabase(user);
  await admin.unsafe(`alter database ${user} owner to ${user}`);
  const migrate = () => migrateRows(connect(url, user), { login });
  await expect(migrate()).rejects.toThrow(new RegExp(`an administrator must run: ${statements}$`));
  await admin.unsafe(statements);
  expect(await migrate()).toMatchObject({ mode: "named" });
});
