import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findSecret } from "./secret.ts";

test("makes a private secret of 32 random bytes once, and finds it again", () => {
  const folder = temporaryFolder();
  const { current, environment } = findSecret({}, folder);
  const file = join(folder, "better-auth-secret");
  expect(Buffer.from(current, "base64url")).toHaveLength(32);
  expect(environment).toEqual({ BETTER_AUTH_SECRET: current });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["better-auth-secret"]);
  expect(findSecret({}, folder).current).toBe(current);
  expect(findSecret({}, temporaryFolder()).current).not.toBe(current);
});

test("a secret of the environment is used as it is, and nothing is written", () => {
  const folder = temporaryFolder();
  expect(findSecret({ BETTER_AUTH_SECRET: "given", NODE_ENV: "production" }, folder)).toMatchObject({
    current: "given",
    environment: {},
  });
  expect(findSecret({ BETTER_AUTH_SECRETS: "2:new:er, 1:old", BETTER_AUTH_SECRET: "x" }, folder).current).toBe(
    "new:er",
  );
  expect(readdirSync(folder)).toEqual([]);
});

test("production without a secret is refused, and nothing is written", () => {
  const folder = temporaryFolder();
  expect(() => findSecret({ NODE_ENV: "production", BETTER_AUTH_SECRET: "" }, folder)).toThrow(
    /set BETTER_AUTH_SECRET/,
  );
  expect(readdirSync(folder)).toEqual([]);
});

test("a secret file that others can read, or that is not whole, is refused without a word of it", () => {
  const folder = temporaryFolder();
  const { current } = findSecret({}, folder);
  const file = join(folder, "better-auth-secret");
  chmodSync(file, 0o644);
  expect(() => findSecret({}, folder)).toThrow("open to other users");
  chmodSync(file, 0o600);
  writeFileSync(file, current.slice(0, 20));
  expect(() => findSecret({}, folder)).toThrow("does not hold a whole secret");
  expect(readFileSync(file, "utf8")).toBe(current.slice(0, 20));
});

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "secret-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
