import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import { migrateRevocations } from "@usher-auth/postgres/revocations";
import type { Revocations } from "@usher-auth/verify/revocation";
import postgres from "postgres";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { CannotRun } from "../../../../src/command-line/command.ts";
import { openRevocations } from "../../../../src/gate/revocations.ts";
import type { Environment } from "../../../../src/terminal.ts";
import { usher } from "../../../support/command.ts";
import { testLog } from "../support.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

async function open(environment: Environment) {
  const { log, lines } = testLog();
  const opened = await openRevocations("postgres", environment, log);
  if (opened === undefined) throw new Error("Postgres has revocations");
  onTestFinished(opened.close);
  return { ...opened, lines };
}

async function migrate(url: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => {} });
  await migrateRevocations(client);
  await client.end();
}

const ada = (revocations: Revocations) => () => revocations.check({ sub: "ada", iat: 1 });

test("knows what the command line revoked, before and after the start", async () => {
  const url = await server.createDatabase();
  await migrate(url);
  const environment = { DATABASE_URL: url };
  await usher(["revoke", "--user", "ada"], { environment });
  const { revocations, lines } = await open({
    DATABASE_URL: "postgres://127.0.0.1:1/none",
    REVOCATIONS_DATABASE_URL: url,
  });
  expect(lines).toMatchObject([{ msg: "the revocations are current", entries: 1 }]);
  expect(ada(revocations)).toThrow(expect.objectContaining({ code: "token_revoked" }));
  await usher(["revoke", "--session", "s1"], { environment });
  await expect.poll(() => revocations.status().entries, { timeout: 10_000 }).toBe(2);
  const before = Math.floor(Date.now() / 1000);
  await revocations.revoke({ kind: "session", id: "s2", before });
  const { output } = await usher(["revocations"], { environment });
  expect(output).toContain("s2");
});

test("names the command that creates the table, and finds it later", async () => {
  const url = await server.createDatabase();
  const { revocations, lines } = await open({ DATABASE_URL: url, LISTEN_DATABASE_URL: url });
  expect(lines).toMatchObject([
    { level: "error", hint: expect.stringContaining("run usher-auth migrate") },
    { level: "warn", revocations: "missing", whenStale: "refuse" },
  ]);
  expect(ada(revocations)).toThrow(expect.objectContaining({ code: "revocations_unavailable" }));
  await migrate(url);
  await expect.poll(() => revocations.status().state, { timeout: 30_000 }).toBe("current");
  await expect.poll(() => lines.at(-1)?.msg, { timeout: 5_000 }).toBe("the revocations are current");
  expect(ada(revocations)).not.toThrow();
});

test("starts while the database is down, and logs neither its user nor its password", async () => {
  const url = await server.createDatabase();
  await migrate(url);
  await server.kill();
  const { revocations, lines } = await open({ DATABASE_URL: url, USHER_WHEN_STALE: "accept" });
  expect(revocations.status()).toMatchObject({ state: "missing", whenStale: "accept" });
  expect(ada(revocations)).not.toThrow();
  await server.restart();
  await expect.poll(() => revocations.status().state, { timeout: 60_000 }).toBe("current");
  expect(JSON.stringify(lines)).not.toContain(new URL(url).password);
});

test("says which variable is missing or invalid", async () => {
  await expect(open({})).rejects.toThrow("DATABASE_URL is not set");
  const invalid = open({ REVOCATIONS_DATABASE_URL: "mysql://root:secret@127.0.0.1" });
  await expect(invalid).rejects.toThrow(CannotRun);
  await expect(invalid).rejects.toThrow(/^REVOCATIONS_DATABASE_URL must be a URL, such as /);
  await expect(open({ DATABASE_URL: "postgres://a", USHER_WHEN_STALE: "ignore" })).rejects.toThrow(
    "USHER_WHEN_STALE must be refuse or accept",
  );
});
