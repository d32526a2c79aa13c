import { utimesSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { isAlive, type RunningUsher, startUsher } from "./support/processes/launcher.ts";
import { signUp } from "./support/session.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
let usher: RunningUsher;

beforeAll(async () => {
  usher = await startUsher({}, "scripts/dev.ts");
});
afterAll(() => usher.stop());

test("the page comes from its sources, with what reloads it", async () => {
  const page = await (await fetch(usher.webUrl)).text();
  expect(page).toContain("/@vite/client");
  expect((await fetch(`${usher.webUrl}/@vite/client`)).status).toBe(200);
});

test.for([
  { changed: "apps/api/src/main.ts", reloaded: ["api"] },
  { changed: "apps/web/src/server/main.ts", reloaded: ["web"] },
  { changed: "apps/api/src/operations/open-database.ts", reloaded: ["api"] },
  { changed: "packages/verify/src/index.ts", reloaded: ["api", "web"] },
])("a change in $changed reloads $reloaded, and users stay signed in", async ({ changed, reloaded }) => {
  const { userId, token } = await signUp(usher.webUrl);
  const before = countStarts();
  touch(changed);
  const expected = Object.fromEntries(
    Object.entries(before).map(([name, starts]) => [name, starts + (reloaded.includes(name) ? 1 : 0)]),
  );
  await vi.waitFor(() => expect(countStarts()).toEqual(expected), 20_000);
  const headers = { authorization: `Bearer ${token}` };
  expect((await fetch(`${usher.apiUrl}/api/${userId}/tasks`, { headers })).status).toBe(200);
});

test("killed, it takes the watchers and what they watch along", async () => {
  const doomed = await startUsher({}, "scripts/dev.ts");
  onTestFinished(async () => {
    await doomed.stop();
  });
  const descendants = doomed.descendants();
  expect(descendants).toHaveLength(4);
  doomed.process.kill("SIGKILL");
  await vi.waitFor(() => expect(descendants.filter(({ pid }) => isAlive(pid))).toEqual([]), 20_000);
});

test("a stop is as clean as that of npm start", async () => {
  expect(await usher.stop()).toMatchObject({ code: 0, signal: null });
});

function countStarts(): Record<string, number> {
  const count = (name: string) => usher.output().split(`${name} listening on http`).length - 1;
  return { api: count("api"), web: count("web") };
}

/** To a watcher, a file whose time changed has changed. */
function touch(path: string): void {
  const now = new Date();
  utimesSync(join(root, path), now, now);
}
