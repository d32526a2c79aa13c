import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "./support/browser/launch-browser.ts";
import { type RunningUsher, startUsher } from "./support/processes/launcher.ts";

let usher: RunningUsher;
let browser: Browser;
beforeAll(async () => {
  [usher, browser] = await Promise.all([startUsher(), launchBrowser()]);
});
afterAll(() => Promise.all([browser.close(), usher.stop()]));

test("the API's documentation opens with how to get a token, and with the tasks", async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  const errors: string[] = [];
  page.on("pageerror", ({ message }) => errors.push(message));
  await page.goto(`${usher.apiUrl}/docs`);
  await page.getByText("List tasks, newest first").first().waitFor();

  for (const words of ["Copy token", "npx usher-auth token --email ada@example.com --sign-up"]) {
    const box = await page.getByText(words).first().boundingBox();
    expect((box?.y ?? 720) + (box?.height ?? 0)).toBeLessThan(720);
  }
  // The text of the page in its order: the sidebar, then the sections. Those that are not tasks are closed.
  const text = (await page.locator("body").textContent()) ?? "";
  const places = ["tasks", "sessions", "health"].map((name) => text.indexOf(`Group - ${name}`));
  expect(places).toEqual(places.toSorted((one, other) => one - other));
  expect(places[0]).toBeGreaterThan(-1);

  for (const group of ["sessions", "health"])
    await page.getByRole("button", { name: `Open Group - ${group}` }).click();
  await page.getByText("Whether requests can be served").first().click();
  await page.getByRole("heading", { name: "Whether requests can be served" }).waitFor();
  await page.getByText("keysAge").first().waitFor();
  expect(await page.locator("body").textContent()).not.toContain("9007199254740991");
  expect(errors).toEqual([]);
});
