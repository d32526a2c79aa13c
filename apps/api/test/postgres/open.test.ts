import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../src/operations/open-database.ts";
import { openTestApi } from "../support/api.ts";

// One cluster for the file. Roles belong to the cluster, so the order of the tests matters: the first creates
// usher_api.

let server: PostgresServer;
let admin: postgres.Sql;
beforeAll(async () => {
  server = await startPostgres();
  admin = postgres(server.url, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  await admin.end();
  await server.stop();
});

const open = (url: string) => openDatabase({ url, folder: "unused" });

/** A separate database whose owner is a new user with the given rights only. */
async function ownedDatabase(user: string, rights = ""): Promise<string> {
  const url = new URL(await server.createDatabase(`of_${user}`));
  await admin.unsafe(
    `create role ${user} login password 'test' ${rights}; alter database of_${user} owner to ${user}`,
  );
  url.username = user;
  url.password = "test";
  return url.href;
}

async function useOnce(url: string): Promise<void> {
  const database = await open(url);
  const api = await openTestApi(database);
  try {
    expect((await api.call("ada", "POST", "/tasks", { title: "x" })).statusCode).toBe(201);
    expect((await api.call("ada", "GET", "/tasks")).json().tasks).toHaveLength(1);
    expect((await api.call("bob", "GET", "/tasks")).json().tasks).toEqual([]);
  } finally {
    await api.close();
    await database.close();
  }
}

describe("who may connect", () => {
  test("rejects a plain owner without the role usher_api, and names the statement for an administrator", async () => {
    const url = await ownedDatabase("modest");
    await expect(open(url)).rejects.toThrow(
      /^the database at 127\.0\.0\.1:\d+\/of_modest cannot be used: an administrator must run: CREATE ROLE usher_api NOLOGIN; GRANT usher_api TO modest$/,
    );
  });

  test("accepts a plain owner with CREATEROLE, in replicas that start together on new databases", async () => {
    const urls = [await ownedDatabase("creator", "createrole")];
    for (const name of ["second", "third", "fourth"]) {
      const url = new URL(urls[0] as string);
      url.pathname = new URL(await server.createDatabase(name)).pathname;
      await admin.unsafe(`alter database ${name} owner to creator`);
      urls.push(url.href);
    }
    const replicas = await Promise.all([...urls, ...urls].map(open));
    for (const replica of replicas) {
      expect(await replica.isUp()).toBe(true);
      await replica.close();
    }
    const own = postgres(urls[0] as string, { max: 1 });
    expect(await own`select count(*)::int from drizzle.usher_api_migrations`).toEqual([{ count: 4 }]);
    await own.end();
    for (const url of urls) await useOnce(url);
  });

  test("where the role exists already, accepts a plain owner with its grant only", async () => {
    const url = await ownedDatabase("neighbour", "createrole");
    await expect(open(url)).rejects.toThrow("an administrator must run: GRANT usher_api TO neighbour");
    await admin.unsafe("grant usher_api to neighbour");
    await useOnce(url);
  });

  test("accepts a user who is granted the role while the API starts", async () => {
    const url = await ownedDatabase("racer");
    await admin.unsafe("grant usher_api to racer with admin true, set false");
    const other = postgres(url, { max: 1, onnotice: () => {} });
    const opening = await other.begin(async (sql) => {
      await sql`grant usher_api to racer`;
      const started = open(url);
      const waits = () =>
        admin`select 1 from pg_stat_activity where usename = 'racer' and wait_event_type = 'Lock'`;
      await expect.poll(waits).toHaveLength(1);
      return { started };
    });
    await (await opening.started).close();
    await other.end();
    await useOnce(url);
  });

  test("accepts a superuser", async () => {
    await useOnce(await server.createDatabase());
  });

  test("applies the policy to the owner of the table as well", async () => {
    const own = postgres(await ownedDatabase("owner", "in role usher_api"), { max: 1, onnotice: () => {} });
    const url = new URL(server.url);
    url.username = "owner";
    url.password = "test";
    url.pathname = "/of_owner";
    await useOnce(url.href);
    expect(await own`select * from tasks`).toEqual([]);
    await own.end();
  });
});

describe("does not start where rows would not be restricted to their owners:", () => {
  test("the role bypasses row-level security", async () => {
    const url = await server.createDatabase();
    await useOnce(url);
    await admin`alter role usher_api bypassrls`;
    await expect(open(url)).rejects.toThrow("ALTER ROLE usher_api NOSUPERUSER NOBYPASSRLS");
    await admin`alter role usher_api nobypassrls`;
    await (await open(url)).close();
  });

  test.each(["disable row level security", "no force row level security"])(
    "after alter table … %s",
    async (statement) => {
      const url = await server.createDatabase();
      await (await open(url)).close();
      const own = postgres(url, { max: 1 });
      await own.unsafe(`alter table tasks ${statement}`);
      await own.end();
      await expect(open(url)).rejects.toThrow("FORCE ROW LEVEL SECURITY");
    },
  );
});

test("names a wrong password and a missing database in one line, without the password", async () => {
  const wrong = new URL(server.url);
  wrong.password = "not-the-password";
  const message = await open(wrong.href).catch((error: Error) => error.message);
  expect(message).toMatch(
    /^the database at 127\.0\.0\.1:\d+\/postgres cannot be used: password authentication failed[^\n]*$/,
  );
  expect(message).not.toContain("not-the-password");

  const missing = new URL(server.url);
  missing.pathname = "/nowhere";
  await expect(open(missing.href)).rejects.toThrow('database "nowhere" does not exist');
});

test("many users at once on a pool of connections each see and change only their own tasks", async () => {
  const database = await open(await server.createDatabase());
  const api = await openTestApi(database);
  const users = Array.from({ length: 12 }, (_, index) => `user-${index}`);
  const everyone = <Result>(act: (user: string) => Promise<Result>) =>
    Promise.all(
      Array.from({ length: 10 }, () => users)
        .flat()
        .map(act),
    );

  await everyone((user) => api.call(user, "POST", "/tasks", { title: `of ${user}` }));
  const titles = await everyone(async (user) => {
    const { tasks } = (await api.call(user, "GET", "/tasks")).json();
    return { user, titles: tasks.map((task: { title: string }) => task.title) };
  });
  for (const seen of titles) expect(seen.titles).toEqual(Array(10).fill(`of ${seen.user}`));
  await api.close();
  await database.close();
});
