import { createServer } from "node:net";
import { join } from "node:path";
import { copyPreparedDatabase } from "@usher-auth/e2e/prepared-database";
import { createTestIssuer } from "@usher-auth/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeFailure } from "../src/operations/describe-failure.ts";
import { startServer } from "../src/server.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const folder = temporaryFolder();
beforeAll(() => copyPreparedDatabase(join(folder.path, "api")));
afterAll(folder.remove);

const { secret } = createTestIssuer();
const env = { BETTER_AUTH_SECRET: secret, API_PORT: "0", DATA_DIR: folder.path };

async function failure(environment: Record<string, string>): Promise<string> {
  return startServer(environment).then(() => "it started", describeFailure);
}

describe("does not start, and gives the reason in one line:", () => {
  test.each<[string, Record<string, string>, RegExp]>([
    ["no secret", { ...env, BETTER_AUTH_SECRET: "" }, /^BETTER_AUTH_SECRET is not set\. Set it/],
    ["a short secret", { ...env, BETTER_AUTH_SECRET: "hidden" }, /secret.*32/i],
    [
      "an invalid list of secrets",
      { ...env, BETTER_AUTH_SECRETS: "hidden" },
      /^BETTER_AUTH_SECRETS: entry 1/,
    ],
    ["a port out of range", { ...env, API_PORT: "99999" }, /^API_PORT must be from 0 to 65535$/],
    ["a port that is text", { ...env, API_PORT: "http" }, /^API_PORT must be a number$/],
    ["a port for metrics out of range", { ...env, API_METRICS_PORT: "70000" }, /^API_METRICS_PORT must be/],
    [
      "one port for the API and its metrics",
      { ...env, API_PORT: "3951", API_METRICS_PORT: "3951" },
      /^API_METRICS_PORT must be another port than API_PORT$/,
    ],
    ["half a port", { ...env, API_PORT: "3001.5" }, /^API_PORT must be a whole number$/],
    ["an unknown log level", { ...env, LOG_LEVEL: "loud" }, /^LOG_LEVEL must be one of fatal, error/],
    [
      "an unknown USHER_WHEN_STALE",
      { ...env, USHER_WHEN_STALE: "maybe" },
      /^USHER_WHEN_STALE must be refuse or accept$/,
    ],
    [
      "an issuer that is not a URL",
      { ...env, BETTER_AUTH_URL: "app.example.com" },
      /^BETTER_AUTH_URL must be a URL/,
    ],
    [
      "an audience with another scheme",
      { ...env, API_URL: "ftp://api.example.com" },
      /^API_URL must be a URL/,
    ],
    [
      "a database that is not Postgres",
      { ...env, DATABASE_URL: "mysql://root:hidden@x/y" },
      /^DATABASE_URL must be a URL/,
    ],
    [
      "a URL to listen on that is not Postgres",
      { ...env, DATABASE_URL: "postgres://x/y", LISTEN_DATABASE_URL: "http://hidden" },
      /^LISTEN_DATABASE_URL must be a URL, such as postgres:/,
    ],
    [
      "a key of rows for the embedded database",
      { ...env, USHER_ROWS_KEY: "hidden".repeat(6) },
      /^USHER_ROWS_KEY needs DATABASE_URL too$/,
    ],
    [
      "a short key of rows",
      { ...env, DATABASE_URL: "postgres://x/y", USHER_ROWS_KEY: "hidden" },
      /^USHER_ROWS_KEY must have at least 32 bytes$/,
    ],
    [
      "a timeout of nothing",
      { ...env, DATABASE_TIMEOUT: "0" },
      /^DATABASE_TIMEOUT must be from 1 to 3600000$/,
    ],
    [
      "two invalid variables",
      { ...env, API_PORT: "-1", LOG_LEVEL: "x" },
      /^API_PORT must be from 0.*; LOG_LEVEL must be/,
    ],
    [
      "every invalid variable at once",
      {
        DATA_DIR: folder.path,
        API_PORT: "-1",
        LOG_LEVEL: "x",
        DATABASE_URL: "mysql://hidden@x/y",
        USHER_KEYS: "jwks,secret",
      },
      /^API_PORT .*; DATABASE_URL .*; LOG_LEVEL .*; BETTER_AUTH_SECRET is not set.*|^API_PORT .*; DATABASE_URL .*; LOG_LEVEL .*; USHER_JWKS_URL is not set.* BETTER_AUTH_SECRET is not set/,
    ],
    [
      "a database that is down",
      { ...env, DATABASE_URL: "postgres://u:hidden@127.0.0.1:1/d" },
      /^the database at 127\.0\.0\.1:1\/d does not answer \(ECONNREFUSED\): start it, or check DATABASE_URL$/,
    ],
    [
      "a data folder below a file",
      { ...env, DATA_DIR: "/dev/null/data" },
      /^cannot create the folder \/dev\/null\/data \(ENOTDIR\): make DATA_DIR a folder that this user may write to$/,
    ],
  ])("%s", async (_what, environment, reason) => {
    const line = await failure(environment);
    expect(line).toMatch(reason);
    expect(line).not.toMatch(/hidden|\n/);
  });

  test("a port in use, or an address of another machine, after closing the database", async () => {
    const holder = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => holder.once("listening", resolve));
    const { port } = holder.address() as { port: number };
    const environment = { ...env, LOG_LEVEL: "silent" };
    expect(await failure({ ...environment, API_PORT: String(port) })).toBe(
      `port ${port} is in use: stop the process that listens on it, or set API_PORT to another port`,
    );
    holder.close();
    expect(await failure({ ...environment, HOST: "192.0.2.1" })).toBe(
      "this machine has no address 192.0.2.1: set HOST to one of its addresses",
    );
  });
});
