import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { secretFingerprint } from "@usher-auth/verify/keys";
import Fastify, { type FastifyBaseLogger } from "fastify";
import { afterAll, expect, test } from "vitest";
import { recordRunning } from "../../src/operations/running-record.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
afterAll(folder.remove);
const secret = "a-test-secret-with-a-good-deal-of-variety-7Qx2!";

const issuer = "https://app.example.com";

/** Fastify's own log, and what it wrote. */
function log(): { log: FastifyBaseLogger; lines: string[] } {
  const lines: string[] = [];
  return { log: Fastify({ logger: { stream: { write: (line: string) => lines.push(line) } } }).log, lines };
}

test("writes the fingerprint of the secret to a file that only its owner can read, and deletes it", () => {
  const running = join(folder.path, "running");
  const file = join(running, `api-${process.pid}.json`);
  const deleteRecord = recordRunning(
    { issuer, runningFolder: running },
    { BETTER_AUTH_SECRET: secret },
    log().log,
  );
  const text = readFileSync(file, "utf8");
  expect(JSON.parse(text)).toMatchObject({
    name: "api",
    issuer,
    secretFingerprint: secretFingerprint(secret),
  });
  expect(text).not.toContain(secret);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  deleteRecord();
  expect(existsSync(file)).toBe(false);
});

test.each([
  [{ USHER_JWKS_URL: "http://localhost/jwks" }, null],
  [{ USHER_JWKS_URL: "http://localhost/jwks", USHER_KEYS: "jwks,secret" }, secretFingerprint(secret)],
])("with %o the fingerprint is %o", (keys, expected) => {
  const running = join(folder.path, "keys");
  const deleteRecord = recordRunning(
    { issuer, runningFolder: running },
    { BETTER_AUTH_SECRET: secret, ...keys },
    log().log,
  );
  const text = readFileSync(join(running, `api-${process.pid}.json`), "utf8");
  expect(JSON.parse(text)).toMatchObject({ secretFingerprint: expected });
  deleteRecord();
});

test("logs that the record cannot be written, and continues", () => {
  mkdirSync(join(folder.path, "full"));
  const inTheWay = join(folder.path, "full", "running");
  writeFileSync(inTheWay, "");
  const { log: logger, lines } = log();
  recordRunning({ issuer, runningFolder: inTheWay }, { BETTER_AUTH_SECRET: secret }, logger)();
  expect(lines.join("")).toContain("usher-auth doctor will not see this process");
});
