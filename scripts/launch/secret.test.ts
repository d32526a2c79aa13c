import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findSecret } from "./secret.ts";

test("creates a secret of 32 random bytes, mode 0600, and reuses it", () => {
  const folder = temporaryFolder();
  const secret = secretIn(folder);
  const file = join(folder, "better-auth-secret");
  expect(Buffer.from(secret, "base64url")).toHaveLength(32);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["better-auth-secret"]);
  expect(secretIn(folder)).toBe(secret);
  expect(secretIn(temporaryFolder())).not.toBe(secret);
});

test("uses a secret from the environment as it is, and writes no file", () => {
  const folder = temporaryFolder();
  expect(findSecret({ BETTER_AUTH_SECRET: "given", NODE_ENV: "production" }, folder)).toEqual({
    origin: "BETTER_AUTH_SECRET",
    environment: {},
  });
  expect(findSecret({ BETTER_AUTH_SECRETS: "2:new, 1:old", BETTER_AUTH_SECRET: "x" }, folder)).toEqual({
    origin: "BETTER_AUTH_SECRETS",
    environment: {},
  });
  expect(readdirSync(folder)).toEqual([]);
});

test("rejects a secret file that others can read or that is incomplete, and prints nothing from it", () => {
  const folder = temporaryFolder();
  const secret = secretIn(folder);
  const file = join(folder, "better-auth-secret");
  chmodSync(file, 0o644);
  expect(() => findSecret({}, folder)).toThrow("other users can read the secret");
  chmodSync(file, 0o600);
  writeFileSync(file, secret.slice(0, 20));
  expect(() => findSecret({}, folder)).toThrow("contains no complete secret");
  expect(readFileSync(file, "utf8")).toBe(secret.slice(0, 20));
});

function secretIn(folder: string): string {
  const { environment } = findSecret({}, folder);
  expect(Object.keys(environment)).toEqual(["BETTER_AUTH_SECRET"]);
  return environment.BETTER_AUTH_SECRET ?? "";
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "secret-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
