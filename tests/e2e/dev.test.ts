import { utimesSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { displays } from "./support/browser/journeys.ts";
import { launchBrowser } from "./support/browser/launch-browser.ts";
import { addTask, checkboxOf, newPerson, signUpOn, untilEnabled } from "./support/browser/page-actions.ts";
import { openDemoPage } from "./support/browser/watched-page.ts";
import { isAlive, type RunningUsher, startUsher } from "./support/processes/launcher.ts";
import { signUp } from "./support/session.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
let usher: RunningUsher;

beforeAll(async () => {
  usher = await startUsher({}, "scripts/dev.ts");
});
afterAll(() => usher.stop());

test("serves the page from its sources, with Vite's client", async () => {
  const page = await (await fetch(usher.webUrl)).text();
  expect(page).toContain("/@vite/client");
  expect((await fetch(`${usher.webUrl}/@vite/client`)).status).toBe(200);
});

// React runs each effect twice in development.
test("the page changes a task in its dialog, from its sources", async () => {
  const browser = await launchBrowser();
  onTestFinished(() => browser.close());
  const { page, problems } = await openDemoPage(browser, usher, displays[0]);
  await signUpOn(page, newPerson());
  await addTask(page, "Buy milk");
  await page.getByRole("button", { name: "Edit Buy milk", exact: true }).click();
  await page.getByRole("dialog").getByLabel("Title", { exact: true }).fill("Buy oat milk");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await untilEnabled(checkboxOf(page, "Buy oat milk"));
  expect(problems()).toEqual([]);
});

test.for([
  { changed: "apps/api/src/main.ts", reloaded: ["api"] },
  { changed: "apps/web/src/server/main.ts", reloaded: ["web"] },
  { changed: "apps/api/src/operations/open-database.ts", reloaded: ["api"] },
  { changed: "packages/verify/src/index.ts", reloaded: ["api", "web"] },
])(
  "reloads $reloaded after a change in $changed, and keeps users signed in",
  async ({ changed, reloaded }) => {
    const { userId, token } = await signUp(usher.webUrl);
    const before = countStarts();
    touch(changed);
    const expected = Object.fromEntries(
      Object.entries(before).map(([name, starts]) => [name, starts + (reloaded.includes(name) ? 1 : 0)]),
    );
    await vi.waitFor(() => expect(countStarts()).toEqual(expected), 20_000);
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${usher.apiUrl}/api/${userId}/tasks`, { headers })).status).toBe(200);
  },
);

test("ends the watchers and their processes when it is killed", async () => {
  const killed = await startUsher({}, "scripts/dev.ts");
  onTestFinished(async () => {
    await killed.stop();
  });
  const descendants = killed.descendants();
  expect(descendants).toHaveLength(4);
  killed.process.kill("SIGKILL");
  await vi.waitFor(() => expect(descendants.filter(({ pid }) => isAlive(pid))).toEqual([]), 20_000);
});

test("stops with exit code 0", async () => {
  expect(await usher.stop()).toMatchObject({ code: 0, signal: null });
});

function countStarts(): Record<string, number> {
  const count = (name: string) => usher.output().split(`${name} listening on http`).length - 1;
  return { api: count("api"), web: count("web") };
}

/** A watcher treats a file with a new modification time as changed. */
function touch(path: string): void {
  const now = new Date();
  utimesSync(join(root, path), now, now);
}
