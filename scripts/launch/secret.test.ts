import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findSecret } from "./secret.ts";

test("makes a private secret of 32 random bytes once, and finds it again", () => {
  const folder = temporaryFolder();
  const secret = madeIn(folder);
  const file = join(folder, "better-auth-secret");
  expect(Buffer.from(secret, "base64url")).toHaveLength(32);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["better-auth-secret"]);
  expect(madeIn(folder)).toBe(secret);
  expect(madeIn(temporaryFolder())).not.toBe(secret);
});

test("a secret of the environment is used as it is, and nothing is written", () => {
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

test("a secret file that others can read, or that is not whole, is refused without a word of it", () => {
  const folder = temporaryFolder();
  const secret = madeIn(folder);
  const file = join(folder, "better-auth-secret");
  chmodSync(file, 0o644);
  expect(() => findSecret({}, folder)).toThrow("open to other users");
  chmodSync(file, 0o600);
  writeFileSync(file, secret.slice(0, 20));
  expect(() => findSecret({}, folder)).toThrow("does not hold a whole secret");
  expect(readFileSync(file, "utf8")).toBe(secret.slice(0, 20));
});

function madeIn(folder: string): string {
  const { environment } = findSecret({}, folder);
  expect(Object.keys(environment)).toEqual(["BETTER_AUTH_SECRET"]);
  return environment.BETTER_AUTH_SECRET ?? "";
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "secret-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
