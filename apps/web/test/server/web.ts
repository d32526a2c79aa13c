import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { readConfig } from "../../src/server/config/config.ts";
import type { Environment } from "../../src/server/config/environment.ts";
import { type RunningWeb, startWeb } from "../../src/server/start-web.ts";

export const secret = "a-test-secret-with-a-good-deal-of-variety-7Qx2!";
export const apiUrl = "http://api.example.test:3001";
export const asset = "/assets/index-4f2a1b.js";

/** An empty folder, deleted when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "usher-web-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A small example of a built page. */
function builtPage(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>The page</title>");
  writeFileSync(join(folder, "favicon.svg"), "<svg xmlns='http://www.w3.org/2000/svg'/>");
  writeFileSync(join(folder, asset), "export {};");
  return folder;
}

/** A valid environment of a web process, on any free port. */
export function environment(changes: Environment = {}): Record<string, string> {
  const env = {
    WEB_PORT: "0",
    API_URL: apiUrl,
    BETTER_AUTH_SECRET: secret,
    DATA_DIR: join(temporaryFolder(), "data"),
    PAGE_DIR: builtPage(),
    LOG_LEVEL: "silent",
    ...changes,
  };
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** The web app in this process, stopped when the test is over. */
export async function runningWeb(changes: Environment = {}): Promise<RunningWeb> {
  const web = await startWeb(readConfig(environment(changes)));
  onTestFinished(() => web.close());
  return web;
}
