import { join } from "node:path";
import { expect, test } from "vitest";
import { readConfig } from "../src/config.ts";

test("has defaults, also for empty variables", () => {
  const defaults = {
    host: "127.0.0.1",
    port: 3001,
    metricsPort: undefined,
    issuer: "http://localhost:3000",
    audience: "http://localhost:3001",
    databaseUrl: undefined,
    migrationDatabaseUrl: undefined,
    revocationsDatabaseUrl: undefined,
    listenDatabaseUrl: undefined,
    rowsKey: undefined,
    databaseTimeout: 5_000,
    databaseFolder: join(process.cwd(), ".data", "api"),
    runningFolder: join(process.cwd(), ".data", "running"),
    whenStale: "refuse",
    logLevel: "info",
    production: false,
    auditLog: undefined,
  };
  expect(readConfig({})).toEqual(defaults);
  expect(
    readConfig({
      HOST: "",
      API_PORT: "",
      API_METRICS_PORT: "",
      DATABASE_URL: "",
      BETTER_AUTH_URL: "",
      LOG_LEVEL: "",
      AUDIT_LOG: "",
    }),
  ).toEqual(defaults);
});

test("derives the URLs from the ports, and keeps given URLs exactly", () => {
  expect(readConfig({ WEB_PORT: "4000", API_PORT: "4001" })).toMatchObject({
    port: 4001,
    issuer: "http://localhost:4000",
    audience: "http://localhost:4001",
  });
  const given = { BETTER_AUTH_URL: "https://App.example.com/auth/", API_URL: "https://api.example.com/v1" };
  expect(readConfig(given)).toMatchObject({ issuer: given.BETTER_AUTH_URL, audience: given.API_URL });
});

test.each([
  ["production", true],
  ["development", false],
  ["Production", false],
])("NODE_ENV=%s", (NODE_ENV, production) => {
  expect(readConfig({ NODE_ENV }).production).toBe(production);
});

test("any free port may be meant twice", () => {
  expect(readConfig({ API_PORT: "0", API_METRICS_PORT: "0" })).toMatchObject({ port: 0, metricsPort: 0 });
});

test("resolves the audit log's path", () => {
  expect(readConfig({ AUDIT_LOG: "logs/audit.log" }).auditLog).toBe(join(process.cwd(), "logs", "audit.log"));
});

test.each(["postgres://user:p%40ss@db.example:5433/tasks?sslmode=require", "postgresql://localhost/tasks"])(
  "accepts the database %s",
  (url) => expect(readConfig({ DATABASE_URL: url }).databaseUrl).toBe(url),
);

test("reads a URL for each purpose, the key of rows and the timeout", () => {
  const url = "postgres://user@localhost/tasks";
  expect(
    readConfig({
      DATABASE_URL: url,
      MIGRATION_DATABASE_URL: `${url}1`,
      REVOCATIONS_DATABASE_URL: `${url}2`,
      LISTEN_DATABASE_URL: `${url}3`,
      USHER_ROWS_KEY: "k".repeat(32),
      DATABASE_TIMEOUT: "2500",
    }),
  ).toMatchObject({
    databaseUrl: url,
    migrationDatabaseUrl: `${url}1`,
    revocationsDatabaseUrl: `${url}2`,
    listenDatabaseUrl: `${url}3`,
    rowsKey: "k".repeat(32),
    databaseTimeout: 2_500,
  });
});
