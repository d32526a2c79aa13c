import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { selfSignedCertificate } from "@usher-auth/e2e/certificate";
import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import { migrateRevocations } from "@usher-auth/postgres/revocations";
import postgres from "postgres";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import type { Environment } from "../src/terminal.ts";
import { settingsFor } from "../test/doctor/causes/row.ts";
import { readStatus, sectionsWith, textsOf } from "../test/status/support.ts";
import { newSecret, signIn, withClockMoved } from "../test/support/better-auth.ts";
import { usher } from "../test/support/command.ts";
import { expectHidden } from "../test/support/hidden.ts";
import { closedUrl } from "../test/support/server.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

/** An empty database, and its superuser. */
async function newDatabase(): Promise<{ url: string; sql: postgres.Sql }> {
  const url = await server.createDatabase();
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  onTestFinished(() => sql.end());
  return { url, sql };
}

/** The URL for another user, who is created. */
async function userOf(url: string, sql: postgres.Sql, name: string): Promise<string> {
  await sql.unsafe(`create role ${name} login password 'a-hidden-password'`);
  onTestFinished(async () => void (await sql.unsafe(`drop owned by ${name}; drop role ${name}`)));
  return Object.assign(new URL(url), { username: name, password: "a-hidden-password" }).href;
}

const program = fileURLToPath(new URL("../bin/usher-auth.js", import.meta.url));

/** Runs a command as the real program, to its end. */
async function runProgram(
  command: string,
  environment: Environment,
): Promise<{ exitCode: number | null; output: string }> {
  const child = spawn(process.execPath, [program, command], {
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [output] = await Promise.all([text(child.stdout), once(child, "exit")]);
  return { exitCode: child.exitCode, output };
}

const deliveryTable = `create table "usherLogout" (id text primary key, endpoint text not null, subject text not null,
  session text, "happenedAt" timestamptz not null, "keepUntil" timestamptz not null, "dueAt" timestamptz not null,
  attempts integer not null)`;

test("an empty database is healthy, and says what it has not", async () => {
  const { url } = await newDatabase();
  const settings = { ...settingsFor(await signIn()), DATABASE_URL: url, AUTH_DATABASE_URL: url };
  const { report, json, text } = await readStatus(settings);
  expect(json.exitCode, json.output).toBe(0);
  expect(textsOf(report, "revocations", "note").join()).toContain("no table usher_revocations");
  expect(textsOf(report, "deliveries", "note").join()).toContain("no table usherLogout");
  expect(textsOf(report, "rows", "note").join()).toContain("not set up");
  for (const { output } of [json, text]) expectHidden(output, [new URL(url).password]);
});

test("revocations: how many, the newest, and who made it if the table says so", async () => {
  const { url, sql } = await newDatabase();
  await migrateRevocations(sql);
  const settings = { ...settingsFor(await signIn()), DATABASE_URL: url };
  const { revocations: none } = (await readStatus(settings)).report.sections;
  expect(none).toMatchObject({ count: 0, newest: null });

  const revoke = (id: string) => usher(["revoke", "--session", id], { environment: settings });
  expect((await revoke("first")).exitCode).toBe(0);
  expect((await revoke("second\u001b[2J")).exitCode).toBe(0);
  const { report, text } = await readStatus(settings);
  expect(report.sections.revocations).toMatchObject({ count: 2, newest: { kind: "session" } });
  expect(textsOf(report, "revocations", "note")[0]).toMatch(/^newest: session second.*, before \d{4}-/);
  expect(text.output).not.toContain("\u001b");

  await sql.unsafe("alter table usher_revocations add column if not exists made_by text");
  await sql`insert into usher_revocations (kind, id, before, made_by) values ('user', 'ada', 1, 'usher-auth ops')`;
  const named = (await readStatus(settings)).report;
  expect(named.sections.revocations).toMatchObject({ newest: { by: "usher-auth ops" } });
  expect(textsOf(named, "revocations", "note")[0]).toContain(", by usher-auth ops");
});

test("several hosts in a URL, of which the first is down", async () => {
  const { url, sql } = await newDatabase();
  await migrateRevocations(sql);
  const { host } = new URL(url);
  const hosts = url.replace(host, `127.0.0.1:1,${host}`);
  const { report, json, text } = await readStatus({ ...settingsFor(await signIn()), DATABASE_URL: hosts });
  expect(json.exitCode, json.output).toBe(0);
  expect(textsOf(report, "revocations", "ok")).toEqual(["0 revocations stored"]);
  for (const { output } of [json, text]) expectHidden(output, [new URL(url).password]);
});

test("the process ends soon after a deadline, and no query goes on waiting", {
  timeout: 30_000,
}, async () => {
  const { url, sql } = await newDatabase();
  await migrateRevocations(sql);
  const environment = { ...settingsFor(await signIn()), DATABASE_URL: url };
  await sql.begin(async (transaction) => {
    await transaction`lock table usher_revocations in access exclusive mode`;
    const started = performance.now();
    expect((await runProgram("status", environment)).exitCode).toBe(1);
    expect(performance.now() - started).toBeLessThan(12_000);
    const waiting = () =>
      transaction`select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and query like '%usher_revocations%'`;
    await vi.waitFor(async () => expect(await waiting()).toHaveLength(0), 5000);
  });
});

test("a server that stops answering after the login does not keep the process", {
  timeout: 30_000,
}, async () => {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    // AuthenticationOk and ReadyForQuery (Postgres manual, section 53.7).
    socket.once("data", () => void socket.write(Buffer.from("R\0\0\0\u0008\0\0\0\0Z\0\0\0\u0005I")));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const environment = {
    ...settingsFor(await signIn()),
    DATABASE_URL: `postgres://u:p@127.0.0.1:${port}/d`,
  };
  const started = performance.now();
  expect((await runProgram("status", environment)).exitCode).toBe(1);
  expect(performance.now() - started).toBeLessThan(12_000);
});

test("an issuer with another host's certificate", async () => {
  const file = join(await temporaryFolder(), "ca.pem");
  const { key, cert } = selfSignedCertificate("other.example");
  writeFileSync(file, cert);
  const issuer = createHttpsServer({ key, cert }, (_request, response) => response.end('{"ok":true}'));
  await new Promise<void>((resolve) => issuer.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void issuer.close());
  const environment = {
    ...settingsFor({
      issuer: `https://localhost:${(issuer.address() as AddressInfo).port}`,
      secret: newSecret(),
    }),
    // Node reads it once, when it starts.
    NODE_EXTRA_CA_CERTS: file,
  };
  const { exitCode, output } = await runProgram("status", environment);
  expect(exitCode).toBe(1);
  expect(output).toContain("its certificate is for another host");
});

test("a locked table ends with exit code 1, and a user without rights with 2", async () => {
  const { url, sql } = await newDatabase();
  await migrateRevocations(sql);
  await sql.unsafe(deliveryTable);
  const settings = { ...settingsFor(await signIn()), REVOCATIONS_DATABASE_URL: url };
  await sql.begin(async (transaction) => {
    await transaction`lock table usher_revocations in access exclusive mode`;
    const { report, json } = await readStatus(settings);
    expect(json.exitCode).toBe(1);
    expect(textsOf(report, "revocations", "wrong").join()).toContain("did not answer within 6 s");
  });

  const reader = await userOf(url, sql, "stranger");
  const { report, json, text } = await readStatus({
    ...settings,
    REVOCATIONS_DATABASE_URL: reader,
    AUTH_DATABASE_URL: reader,
  });
  expect(json.exitCode).toBe(2);
  expect(sectionsWith(report, "unknown")).toEqual(["revocations", "deliveries"]);
  expect(text.output).toContain("? Cannot tell: 2 things could not be checked.");
  expect(text.output).toContain("GRANT SELECT ON usher_revocations TO <user>");
  expectHidden(text.output + json.output, ["a-hidden-password"]);

  await sql.unsafe('grant select on usher_revocations, "usherLogout" to stranger');
  const granted = { ...settings, REVOCATIONS_DATABASE_URL: reader, AUTH_DATABASE_URL: reader };
  expect((await readStatus(granted)).json.exitCode).toBe(0);
});

test("deliveries of every endpoint, oldest first, in another schema and spelling too", async () => {
  const { url, sql } = await newDatabase();
  await sql.unsafe(deliveryTable);
  const settings = { ...settingsFor(await signIn()), AUTH_DATABASE_URL: url };
  expect(textsOf((await readStatus(settings)).report, "deliveries", "ok")).toHaveLength(1);
  const rows = (table: string, [happened, keep, due]: readonly string[]) => `
    insert into ${table} (id, endpoint, subject, ${happened}, ${keep}, ${due}, attempts)
    select 'a' || n, 'https://a.example/out', 's', now() - interval '10 minutes', now() + interval '1 hour', now(), n
      from generate_series(1, 3) as n
    union all select 'b', 'https://b.example/out', 's', now(), now() + interval '1 hour', now(), 0
    union all select 'c', 'https://c.example/out', 's', now() - interval '2 hours', now() - interval '1 hour', now(), 90`;
  await sql.unsafe(rows('"usherLogout"', ['"happenedAt"', '"keepUntil"', '"dueAt"']));
  const { report, json } = await readStatus(settings);
  expect(json.exitCode).toBe(1);
  const expected = [
    {
      endpoint: "https://a.example/out",
      waiting: 3,
      attempts: 3,
      lastFailure: null,
      oldestAge: expect.closeTo(600, -2),
    },
    {
      endpoint: "https://b.example/out",
      waiting: 1,
      attempts: 0,
      lastFailure: null,
      oldestAge: expect.closeTo(0, -2),
    },
  ];
  expect(report.sections.deliveries?.deliveries).toEqual(expected);
  expect(textsOf(report, "deliveries", "wrong")).toEqual([
    "https://a.example/out: 3 waiting, the oldest for 10 minutes, up to 3 attempts each",
  ]);

  const { url: otherUrl, sql: other } = await newDatabase();
  await other.unsafe(`create schema auth; create table auth.usher_logouts (id text, endpoint text, subject text,
    happened_at timestamptz, keep_until timestamptz, due_at timestamptz, attempts integer)`);
  await other.unsafe(rows("auth.usher_logouts", ["happened_at", "keep_until", "due_at"]));
  const renamed = (await readStatus({ ...settings, AUTH_DATABASE_URL: otherUrl })).report;
  expect(renamed.sections.deliveries?.deliveries).toEqual(expected);
});

test("nothing is written, whatever the user may do", async () => {
  const { url, sql } = await newDatabase();
  await migrateRevocations(sql);
  await sql.unsafe(`create table reads (n integer); create function note_read() returns boolean language sql volatile as
    'insert into reads values (1) returning true';
    alter table usher_revocations rename to revocations_table;
    create view usher_revocations as select sequence, kind, id, before, note_read()::text as made_by from revocations_table;
    insert into revocations_table (kind, id, before) values ('user', 'ada', 1)`);
  const { report, json } = await readStatus({ ...settingsFor(await signIn()), DATABASE_URL: url });
  expect(json.exitCode).toBe(1);
  expect(textsOf(report, "revocations", "wrong").join()).toContain("read-only transaction");
});

test("rows: kept to their owner, open, and a superuser", async () => {
  const { url, sql } = await newDatabase();
  const environment = { DATABASE_URL: url };
  expect((await usher(["migrate"], { environment })).exitCode).toBe(0);
  await sql.unsafe("create table tasks (id text, user_id text not null)");
  const settings = { ...settingsFor(await signIn()), DATABASE_URL: url };
  const unreached = await readStatus(settings);
  expect(unreached.json.exitCode, unreached.json.output).toBe(0);
  expect(textsOf(unreached.report, "rows", "note")).toContain(
    "without a policy, and out of the reach of usher_api: public.tasks",
  );
  await sql.unsafe("grant select (id) on tasks to usher_api");
  const open = await readStatus(settings);
  expect(open.json.exitCode).toBe(1);
  expect(textsOf(open.report, "rows", "wrong")).toEqual(["Rows are not kept to their owner: public.tasks"]);
  expect((await readStatus(settings, "--except", "tasks")).json.exitCode).toBe(0);

  const { output } = await usher("sql --table tasks --owner user_id".split(" "));
  await sql.unsafe(output);
  const closed = await readStatus(settings);
  expect(closed.json.exitCode, closed.json.output).toBe(0);
  expect(textsOf(closed.report, "rows", "ok")).toEqual([
    "rows of 1 table are kept to their owner (named mode)",
  ]);
  expect(textsOf(closed.report, "rows", "note").join()).toContain("is a superuser");

  await sql.unsafe("alter role usher_api bypassrls");
  onTestFinished(async () => void (await sql.unsafe("alter role usher_api nobypassrls")));
  const bypassed = await readStatus(settings);
  expect(bypassed.json.exitCode).toBe(1);
  expect(textsOf(bypassed.report, "rows", "wrong").join()).toContain("BYPASSRLS");
});

test("two databases of one server do not outvote this machine's clock", async () => {
  const { url } = await newDatabase();
  const settings = {
    ...settingsFor({ issuer: await closedUrl(), secret: newSecret() }),
    DATABASE_URL: url,
    AUTH_DATABASE_URL: url,
  };
  const { report } = await withClockMoved(60, () => readStatus(settings));
  expect(report.sections.clocks?.offsets).toHaveLength(3);
  expect(textsOf(report, "clocks", "wrong").join()).not.toContain("this machine's clock is wrong");
});

test("dates without a time zone are in UTC, whatever the database's time zone is", async () => {
  const { url, sql } = await newDatabase();
  await sql.unsafe(deliveryTable.replaceAll("timestamptz", "timestamp"));
  await sql.unsafe(
    `do $$ begin execute format('alter database %I set timezone = %L', current_database(), 'Asia/Tokyo'); end $$`,
  );
  const at = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString();
  await sql.unsafe(
    `insert into "usherLogout" values ('a', 'https://a.example/out', 's', null, '${at(-300_000)}', '${at(60_000)}', '${at(0)}', 3)`,
  );
  const { report, json } = await readStatus({ ...settingsFor(await signIn()), AUTH_DATABASE_URL: url });
  expect(json.exitCode).toBe(1);
  expect(textsOf(report, "deliveries", "wrong")[0]).toContain("1 waiting, the oldest for 5 minutes");
});

test.each([-60, 60])("the database's clock, with this machine's moved by %i seconds", async (moved) => {
  const { url } = await newDatabase();
  const settings = { ...settingsFor(await signIn()), DATABASE_URL: url };
  const { report, json } = await withClockMoved(moved, () => readStatus(settings));
  expect(json.exitCode).toBe(1);
  const direction = moved > 0 ? "behind" : "ahead of";
  expect(textsOf(report, "clocks", "wrong").join("\n")).toMatch(
    new RegExp(`the database of requests: (?:59|60|61)\\.\\d s ${direction} this machine`),
  );
});
