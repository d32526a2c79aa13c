import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { secretFingerprint } from "@usher-auth/verify/keys";
import { expect, test } from "vitest";
import { readConfig } from "../../src/server/config/config.ts";
import { startWeb } from "../../src/server/start-web.ts";
import { environment, secret, temporaryFolder } from "./web.ts";

function fileIn(folder: string): string {
  return join(folder, "running", `web-${process.pid}.json`);
}

test("while it runs, a file that only the owner can read has the secret's fingerprint", async () => {
  const folder = temporaryFolder();
  const file = fileIn(folder);
  const web = await startWeb(readConfig(environment({ DATA_DIR: folder })));
  const text = readFileSync(file, "utf8");
  expect(JSON.parse(text)).toEqual({
    name: "web",
    pid: process.pid,
    issuer: web.url,
    startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    secretFingerprint: secretFingerprint(secret),
  });
  expect(text).not.toContain(secret);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, "running")).mode & 0o777).toBe(0o700);
  await web.close();
  expect(existsSync(file)).toBe(false);
});

test("has no fingerprint with a key pair", async () => {
  const folder = temporaryFolder();
  const web = await startWeb(readConfig(environment({ DATA_DIR: folder, USHER_KEYS: "jwks" })));
  expect(JSON.parse(readFileSync(fileIn(folder), "utf8"))).toMatchObject({ secretFingerprint: null });
  await web.close();
});

test("replaces a file of a former process with other permissions", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "running"));
  writeFileSync(fileIn(folder), "{}");
  chmodSync(fileIn(folder), 0o644);
  const web = await startWeb(readConfig(environment({ DATA_DIR: folder })));
  expect(statSync(fileIn(folder)).mode & 0o777).toBe(0o600);
  await web.close();
});

test("the app serves if the file cannot be written", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "running"), "not a folder");
  const web = await startWeb(readConfig(environment({ DATA_DIR: folder })));
  expect((await fetch(`${web.url}/health/live`)).status).toBe(200);
  await web.close();
});
