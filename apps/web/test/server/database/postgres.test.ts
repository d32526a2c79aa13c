import { type FaultProxy, startFaultProxy } from "@usher-auth/e2e/fault-proxy";
import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import { sharedSecret, verifierFromEnv } from "@usher-auth/verify";
import type { Pool } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { openPostgres } from "../../../src/server/database/postgres.ts";
import { createLog } from "../../../src/server/log.ts";
import { Browser } from "../browser.ts";
import { openLogoutListener } from "../logout-listener.ts";
import { apiUrl, environment, runningWeb, secret } from "../web.ts";
import { WebProcess } from "../web-process.ts";

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

test("two web processes start at once on an empty Postgres and share users and sessions", async () => {
  const AUTH_DATABASE_URL = await postgres.createDatabase();
  const BETTER_AUTH_URL = "https://app.example.com";
  const both = [0, 1].map(() => new WebProcess(environment({ AUTH_DATABASE_URL, BETTER_AUTH_URL })));
  const [one = "", other = ""] = await Promise.all(both.map((web) => web.url()));

  const origin = { origin: BETTER_AUTH_URL };
  const details = { email: "ada@example.com", name: "Ada", password: "correct horse battery" };
  const response = await new Browser(one).request("POST", "/api/auth/sign-up/email", details, origin);
  expect(response.status).toBe(200);
  const cookie = response.headers.getSetCookie()[0]?.split(";", 1)[0] ?? "";

  const token = await fetch(`${other}/api/auth/token`, { headers: { cookie } });
  const verifier = verifierFromEnv({ BETTER_AUTH_SECRET: secret, BETTER_AUTH_URL, API_URL: apiUrl });
  const { claims } = verifier.verifySync(((await token.json()) as { token: string }).token);
  expect(claims.email).toBe("ada@example.com");

  for (const web of both) web.signal("SIGTERM");
  expect((await Promise.all(both.map((web) => web.ended))).map(({ code, stderr }) => [code, stderr])).toEqual(
    [
      [0, ""],
      [0, ""],
    ],
  );
});

test("two web processes notify the API of each sign-out once", async () => {
  const listener = await openLogoutListener();
  const env = {
    API_URL: listener.apiUrl,
    AUTH_DATABASE_URL: await postgres.createDatabase(),
    BETTER_AUTH_URL: "http://localhost:3900",
  };
  listener.trust(sharedSecret(secret), env.BETTER_AUTH_URL);
  const webs = await Promise.all([0, 1].map(() => new WebProcess(environment(env)).url()));
  const origin = { origin: env.BETTER_AUTH_URL };
  const sids: string[] = [];
  await listener.close();
  for (let count = 0; count < 6; count += 1) {
    const browser = new Browser(webs[count % 2] ?? "");
    const details = { name: "Ada", password: "correct horse battery", email: `ada${count}@example.com` };
    expect((await browser.request("POST", "/api/auth/sign-up/email", details, origin)).status).toBe(200);
    sids.push(await browser.sessionId());
    expect((await browser.request("POST", "/api/auth/sign-out", {}, origin)).status).toBe(200);
  }
  await listener.open();
  await vi.waitFor(() => expect(listener.ended.toSorted()).toEqual(sids.toSorted()), { timeout: 30_000 });
  expect(listener.statuses).toEqual(Array(6).fill(200));
});

test("only one process at a time changes the schema", async () => {
  const url = await postgres.createDatabase();
  const databases = await Promise.all([0, 1, 2].map(() => openPostgres(url, createLog("silent"))));
  let inside = 0;
  let most = 0;
  const change = async (): Promise<void> => {
    most = Math.max(most, ++inside);
    for (const { answers } of databases) await answers();
    inside--;
  };
  await Promise.all(databases.map((database) => database.migrate(change)));
  expect(most).toBe(1);
  await Promise.all(databases.map((database) => database.close()));
});

test("a query of a migration may take longer than five seconds", async () => {
  const database = await openPostgres(await postgres.createDatabase(), createLog("silent"));
  await database.migrate(async () => {
    const client = await (database.connection as Pool).connect();
    await client.query("select pg_sleep(5.5)").finally(() => client.release());
  });
  await database.close();
});

test("text that Postgres cannot store is a 400", async () => {
  const web = await runningWeb({ AUTH_DATABASE_URL: await postgres.createDatabase() });
  const browser = new Browser(web.url);
  await browser.signUp("ada@example.com");
  expect((await browser.request("POST", "/api/auth/update-user", { name: "\0" })).status).toBe(400);
  expect((await browser.request("POST", "/api/auth/revoke-session", { token: "\0" })).status).toBe(400);
});

describe("over a bad network", () => {
  let proxy: FaultProxy;
  let url: URL;
  beforeEach(async () => {
    url = new URL(await postgres.createDatabase());
    proxy = await startFaultProxy(Number(url.port));
    url.port = String(proxy.port);
  });
  afterEach(() => proxy.close());

  test("a connection that is reset during a query is a 503 and does not end the process", async () => {
    const web = new WebProcess(environment({ AUTH_DATABASE_URL: url.href }));
    const browser = new Browser(await web.url());
    await browser.signUp("ada@example.com");
    await proxy.set({ kind: "stall" });
    const asked = browser.request("GET", "/api/auth/token");
    await new Promise((resolve) => setTimeout(resolve, 500));
    await proxy.set({ kind: "refuse" });
    expect((await asked).status).toBe(503);
    await proxy.set({ kind: "none" });
    expect((await browser.request("GET", "/api/auth/token")).status).toBe(200);
    web.signal("SIGTERM");
    expect((await web.ended).code).toBe(0);
  });

  test("a database that goes silent is a 503 with Retry-After, and works again once it answers", async () => {
    const web = await runningWeb({ AUTH_DATABASE_URL: url.href });
    const browser = new Browser(web.url);
    await browser.signUp("ada@example.com");
    await proxy.set({ kind: "stall" });
    const failed = await browser.request("GET", "/api/auth/token");
    expect([failed.status, failed.headers.get("retry-after")]).toEqual([503, "5"]);
    await proxy.set({ kind: "none" });
    expect((await browser.request("GET", "/api/auth/token")).status).toBe(200);
  });

  test("answers() is false within five seconds for a database that is silent", async () => {
    const database = await openPostgres(url.href, createLog("silent"));
    expect(await database.answers()).toBe(true);
    await proxy.set({ kind: "stall" });
    expect(await database.answers()).toBe(false);
    await proxy.set({ kind: "none" });
    expect(await database.answers()).toBe(true);
    await database.close();
  });
});

test("in production, web processes count failed sign-ins together", async () => {
  const BETTER_AUTH_URL = "https://app.example.com";
  const env = { AUTH_DATABASE_URL: await postgres.createDatabase(), NODE_ENV: "production", BETTER_AUTH_URL };
  // Processes: two instances in one process would share their memory.
  const [one = "", other = ""] = await Promise.all([0, 1].map(() => new WebProcess(environment(env)).url()));
  const statuses: number[] = [];
  for (const url of [one, other, one, other]) {
    const tried = new Browser(url).signIn(
      "nobody@example.com",
      { origin: BETTER_AUTH_URL },
      "a wrong password",
    );
    statuses.push((await tried).status);
  }
  expect(statuses).toEqual([401, 401, 401, 429]);
});

test.each([
  [
    "no such database",
    (url: URL) => {
      url.pathname = "/no_such_database";
    },
  ],
  [
    "wrong user or password",
    (url: URL) => {
      url.password = "hunter2";
    },
  ],
])("does not start with one line in the log: %s", async (reason, spoil) => {
  const url = new URL(postgres.url);
  spoil(url);
  const { code, stderr } = await new WebProcess(environment({ AUTH_DATABASE_URL: url.href })).ended;
  expect(stderr).toMatch(
    new RegExp(
      `^web cannot start: cannot reach the database of AUTH_DATABASE_URL, .*\\(${reason}\\)\\..*\n$`,
    ),
  );
  expect(stderr).not.toContain(url.password);
  expect(code).toBe(1);
});

test("an outage of the database is a 503, signs no user out and does not end the process", async () => {
  const own = await startPostgres();
  try {
    const web = await runningWeb({ AUTH_DATABASE_URL: await own.createDatabase() });
    const browser = new Browser(web.url);
    await browser.signUp("ada@example.com");
    await own.kill();
    for (const path of ["/api/auth/token", "/api/auth/get-session"]) {
      const failed = await browser.request("GET", path);
      expect([path, failed.status, failed.headers.get("retry-after")]).toEqual([path, 503, "5"]);
      expect(await failed.json()).toMatchObject({ status: 503, title: expect.any(String) });
    }
    expect((await browser.signIn("ada@example.com")).status).toBe(503);
    await own.restart();
    expect((await browser.request("GET", "/api/auth/token")).status).toBe(200);
  } finally {
    await own.stop();
  }
});
