import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { selfSignedCertificate } from "@usher-auth/e2e/certificate";
import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import postgres from "postgres";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { inProduction } from "../test/doctor/causes/production.ts";
import { runDoctor } from "../test/doctor/support/run-doctor.ts";
import { withClockMoved } from "../test/support/better-auth.ts";
import { usher } from "../test/support/command.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

async function idsWith(settings: Readonly<Record<string, string>>): Promise<string[]> {
  const { output } = await runDoctor(await inProduction({ settings }), "--json");
  return JSON.parse(output).findings.map(({ id }: { id: string }) => id);
}

/** What is left because the servers of this test have no TLS. */
const withoutTls = ["issuer_plain_http", "api_plain_http"];

test("--production finds a superuser, an open table and a backend that is not notified, until they are repaired", async () => {
  const url = await server.createDatabase();
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  onTestFinished(() => sql.end());
  const environment = { MIGRATION_DATABASE_URL: url, DATABASE_URL: url };
  expect((await usher(["migrate", "--login", "requests"], { environment })).exitCode).toBe(0);
  onTestFinished(async () => void (await sql.unsafe("drop owned by requests; drop role requests")));
  await sql.unsafe(`alter role requests password 'requests'; create table tasks (id text, user_id text not null);
    grant select on tasks to usher_api;
    create table "usherLogout" (id text, endpoint text, "happenedAt" timestamptz, "keepUntil" timestamptz, attempts integer);
    insert into "usherLogout" values ('1', 'https://a.example/out', now() - interval '10 minutes', now() + interval '1 hour', 4)`);
  expect(await idsWith({ ...environment, AUTH_DATABASE_URL: url })).toEqual([
    "rows_open",
    "database_bypasses_rows",
    "deliveries_waiting",
    ...withoutTls,
  ]);

  const { output } = await usher("sql --table tasks --owner user_id".split(" "));
  await sql.unsafe(output);
  await sql.unsafe('delete from "usherLogout"');
  const requests = Object.assign(new URL(url), { username: "requests", password: "requests" }).href;
  const repaired = { ...environment, DATABASE_URL: requests, AUTH_DATABASE_URL: url };
  expect(await idsWith(repaired)).toEqual(withoutTls);
});

test.each([-60, 60])("the database's clock, with this machine's moved by %i seconds", async (moved) => {
  const url = await server.createDatabase();
  const situation = await inProduction({ settings: { REVOCATIONS_DATABASE_URL: url } });
  const { output } = await withClockMoved(moved, () => runDoctor(situation, "--json"));
  expect(JSON.parse(output).findings.map(({ id }: { id: string }) => id)).toContain("clock_skew");
});

test("Strict-Transport-Security of an https API: missing, short, and long enough", async () => {
  const folder = await temporaryFolder();
  const { key, cert } = selfSignedCertificate("localhost");
  writeFileSync(join(folder, "ca.pem"), cert);
  let header: string | undefined;
  const api = createServer({ key, cert }, (_request, response) => {
    if (header !== undefined) response.setHeader("strict-transport-security", header);
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void api.close());
  const { environment } = await inProduction();
  const file = join(folder, ".env");
  const settings = { ...environment, API_URL: `https://localhost:${(api.address() as AddressInfo).port}` };
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );

  const run = async () => {
    // Node reads NODE_EXTRA_CA_CERTS once, when it starts.
    const words = ["doctor", "--production", "--json", "--env-file", file];
    const output = await runProcess(words, { NODE_EXTRA_CA_CERTS: join(folder, "ca.pem") });
    return (JSON.parse(output).findings as { id: string; evidence: string[] }[]).filter(
      ({ id }) => id === "hsts_missing" || id === "logout_missing",
    );
  };
  const [logout, missing] = await run();
  expect(logout).toMatchObject({ id: "logout_missing" });
  expect(missing).toMatchObject({
    id: "hsts_missing",
    evidence: [expect.stringContaining("sends no Strict-")],
  });
  header = "max-age=300";
  expect((await run())[1]).toMatchObject({ id: "hsts_missing", evidence: ["its max-age is 300 seconds"] });
  header = "includeSubDomains; max-age=31536000";
  expect((await run()).map(({ id }) => id)).toEqual(["logout_missing"]);
});

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** Runs the command line in a separate process. */
function runProcess(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      ["--conditions=@usher-auth/source", main, ...words],
      { env: { PATH: process.env.PATH, ...environment } },
      (error, stdout, stderr) => (error?.code === 1 ? resolve(stdout) : reject(error ?? new Error(stderr))),
    );
    child.stdin?.end();
  });
}
