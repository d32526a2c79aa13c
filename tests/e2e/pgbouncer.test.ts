import { randomBytes } from "node:crypto";
import { createTestIssuer } from "@usher-auth/testing";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { logoutToken } from "../../apps/api/test/support/logout-token.ts";
import {
  type ApiProcess,
  killLeftovers,
  runToEnd,
  startProcess,
} from "../../apps/api/test/support/process.ts";
import { startMixedLoad, type Target } from "./support/load/mixed-users.ts";
import { missingPgbouncer, type Pgbouncer, startPgbouncer } from "./support/pgbouncer/start-pgbouncer.ts";
import { type PostgresServer, startPostgres } from "./support/postgres/start-postgres.ts";

// Two API processes in hardened mode, whose only way to Postgres is PgBouncer in transaction mode. Requests
// log in as `api`, which has no rights; migrations and revocations as `owner`.

const missing = missingPgbouncer();
const issuer = createTestIssuer();
const passwords = { owner: "of-the-owner", api: "of-the-api" };
let server: PostgresServer;
let pooler: Pgbouncer;
let admin: postgres.Sql;
let settings: Record<string, string>;
let direct: string;
const replicas: ApiProcess[] = [];

beforeEach(({ skip }) => {
  if (missing !== undefined) skip(missing);
});
beforeAll(async () => {
  if (missing !== undefined) return;
  server = await startPostgres();
  pooler = await startPgbouncer({ target: server.port, users: passwords, poolSize: 4 });
  const database = await server.createDatabase("api");
  admin = postgres(database, { max: 1, onnotice: () => {} });
  await admin.unsafe(`
    create role owner login createrole password '${passwords.owner}';
    create role api login noinherit password '${passwords.api}';
    alter database api owner to owner`);
  direct = as("owner", database);
  settings = {
    BETTER_AUTH_SECRET: issuer.secret,
    BETTER_AUTH_URL: issuer.issuer,
    API_URL: issuer.audience,
    DATABASE_URL: pooler.through(as("api", database)),
    MIGRATION_DATABASE_URL: pooler.through(direct),
    USHER_ROWS_KEY: randomBytes(32).toString("base64url"),
    LOG_LEVEL: "warn",
  };
});
afterEach(({ task }) => {
  if (task.result?.state === "fail")
    for (const replica of replicas) console.log(replica.output().slice(-2_000));
});
afterAll(async () => {
  killLeftovers();
  await admin?.end({ timeout: 1 });
  await pooler?.stop();
  await server?.stop();
});

function as(user: keyof typeof passwords, url: string): string {
  return Object.assign(new URL(url), { username: user, password: passwords[user] }).href;
}

async function start(more: Record<string, string> = {}): Promise<ApiProcess> {
  const replica = await startProcess({ ...settings, ...more });
  replicas.push(replica);
  return replica;
}

const tokenOf = (user: string, sid: string) => issuer.tokenFor(user, { claims: { sid } });

async function status(url: string, user: string, token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/api/${user}/tasks?limit=1`, { headers });
  await answer.text();
  return answer.status;
}

/** Milliseconds from the answer to a logout at `at` until every replica of `everywhere` rejects the session. */
async function revoke(at: string, everywhere: readonly string[], number: number): Promise<number> {
  const [user, sid] = [`leaver-${number}`, `session-${number}`];
  const token = tokenOf(user, sid);
  for (const url of everywhere) expect(await status(url, user, token)).toBe(200);
  const body = new URLSearchParams({ logout_token: logoutToken(issuer, { sub: user, sid }) });
  expect((await fetch(`${at}/backchannel-logout`, { method: "POST", body })).status).toBe(200);
  const since = performance.now();
  for (const url of everywhere) {
    await vi.waitFor(async () => expect(await status(url, user, token)).toBe(401), {
      timeout: 10_000,
      interval: 20,
    });
  }
  return performance.now() - since;
}

test("behind PgBouncer in transaction mode, two hardened replicas leak nothing in 10,000 requests, revoke within two seconds, and survive kill -9", {
  timeout: 400_000,
}, async () => {
  // At the same moment, on an empty database. Only the second may listen past the pooler.
  const [first, second] = await Promise.all([start(), start({ LISTEN_DATABASE_URL: direct })]);
  const targets: Target[] = [first, second].map(({ url }) => ({ url, isDown: false }));
  const [one, two] = targets as [Target, Target];
  const users = Array.from({ length: 50 }, (_, number) => {
    const name = `user-${number}`;
    return { name, token: tokenOf(name, `of-${name}`) };
  });
  let turn = 0;
  const load = startMixedLoad({
    users,
    workers: 10,
    total: 10_000,
    pick: () => targets[turn++ % targets.length] as Target,
  });

  const delays: number[] = [];
  let number = 0;
  while (load.answered() < 5_000) {
    delays.push(await revoke(targets[number % 2]?.url as string, [one.url, two.url], number));
    number += 1;
  }

  one.isDown = true;
  first.kill("SIGKILL");
  await first.ended;
  delays.push(await revoke(two.url, [two.url], 1_000));
  const again = await start();
  expect(await status(again.url, "leaver-1000", tokenOf("leaver-1000", "session-1000"))).toBe(401);
  targets[0] = { url: again.url, isDown: false };
  delays.push(await revoke(two.url, [again.url, two.url], 1_001));
  await load.done;

  expect(load.faults).toEqual([]);
  const rows = await admin<{ id: string; owner: string; title: string }[]>`
    select id, owner_id as owner, title from tasks`;
  for (const { owner, title } of rows) expect(title.split(" ")[0]).toBe(owner);
  const stored = new Map(rows.map(({ id, title }) => [id, title]));
  for (const [id, title] of load.kept) expect(stored.get(id)).toBe(title);

  const longest = Math.max(...delays);
  console.log(
    `behind PgBouncer: ${load.answered()} requests, ${rows.length} rows, ${delays.length} revocations,` +
      ` at most ${Math.round(longest)} ms until both replicas reject`,
  );
  expect(longest).toBeLessThan(2_000);
  for (const [replica, warnings] of [
    [again, 1],
    [second, 0],
  ] as const) {
    replica.kill("SIGTERM");
    const { code, stderr } = await replica.ended;
    expect(code).toBe(0);
    expect(stderr.split("USHER_NOT_NOTIFIED")).toHaveLength(warnings + 1);
  }
});

test("the login of requests can neither read nor revoke by itself, nor name a user without a proof", async () => {
  const login = postgres(settings.DATABASE_URL as string, { max: 1, fetch_types: false, prepare: false });
  for (const table of ["tasks", "usher_revocations", "usher.principal_keys"]) {
    await expect(login.unsafe(`select * from ${table}`)).rejects.toMatchObject({ code: "42501" });
  }
  const asEve = login.begin(async (sql) => {
    await sql`select set_config('role', 'usher_api', true), set_config('usher.user_id', 'user-1', true)`;
    return sql`select * from tasks`;
  });
  await expect(asEve).rejects.toMatchObject({ code: "28000" });
  await login.end();
});

test("does not start where requests would log in as the owner, and names the variable", async () => {
  const { MIGRATION_DATABASE_URL: _, ...others } = settings;
  const { code, stderr } = await runToEnd(others);
  expect(stderr).toMatch(/^api: [^\n]*with USHER_ROWS_KEY, [^\n]*set MIGRATION_DATABASE_URL [^\n]*\n$/);
  expect(code).toBe(1);
});
