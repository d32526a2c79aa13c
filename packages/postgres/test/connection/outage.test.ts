import { DatabaseUnavailableError, isOutage } from "@usher-auth/postgres/connection";
import { expect, test } from "vitest";

const prismaMeta = (originalCode: string) => ({ driverAdapterError: { cause: { originalCode } } });
const withCode = (code: unknown) => Object.assign(new Error("x"), { code });

test.each([
  ["a refused connection", "ECONNREFUSED"],
  ["a connection that postgres.js has closed", "CONNECTION_CLOSED"],
  ["a connection that cannot be opened in time", "CONNECT_TIMEOUT"],
  ["an expired certificate", "CERT_HAS_EXPIRED"],
  ["a TLS connection that was tampered with", "ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC"],
  ["a lost connection (SQLSTATE 08)", "08006"],
  ["too many connections (53)", "53300"],
  ["a full disk (53)", "53100"],
  ["a server that shuts down (57P)", "57P01"],
  ["a statement that takes too long", "57014"],
  ["an I/O error (58)", "58030"],
  ["a read-only server", "25006"],
  ["a rejected password (28)", "28P01"],
  ["a missing database (3D)", "3D000"],
])("%s is an outage", (_what, code) => {
  expect(isOutage(withCode(code))).toBe(true);
  expect(isOutage(new Error("Failed query", { cause: withCode(code) }))).toBe(true);
});

test.each([
  ["a server that Prisma cannot reach", { code: "P1001" }],
  ["a key that the database does not have", { code: "P1010" }],
  ["a raw query that takes too long", { code: "P2010", meta: prismaMeta("57014") }],
  ["a commit on a server that shuts down", { cause: { originalCode: "57P01" } }],
])("%s is an outage, with Prisma", (_what, properties) => {
  expect(isOutage(Object.assign(new Error("x"), properties))).toBe(true);
});

test.each(["Connection terminated unexpectedly", "timeout exceeded when trying to connect"])(
  "a lost connection of pg is an outage: %s",
  (message) => {
    expect(isOutage(new Error(message))).toBe(true);
  },
);

test("a DatabaseUnavailableError is an outage", () => {
  expect(isOutage(new DatabaseUnavailableError(undefined))).toBe(true);
});

test.each([
  ["a duplicate key", withCode("23505")],
  ["a missing column", withCode("42703")],
  ["a rejected row", withCode("42501")],
  ["an error without a code", new Error("a bug")],
  ["a code that is a number", withCode(53300)],
  ["a code that only contains one of these", withCode("X53300")],
  ["a raw query of Prisma that is wrong", Object.assign(withCode("P2010"), { meta: prismaMeta("22012") })],
  ["a duplicate key, with Prisma", withCode("P2002")],
  ["text", "ECONNREFUSED"],
  ["undefined", undefined],
])("%s is not an outage", (_what, error) => {
  expect(isOutage(error)).toBe(false);
});
