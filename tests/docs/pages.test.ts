import { launchBrowser } from "@usher-auth/e2e/browser";
import { openWatchedPage } from "@usher-auth/e2e/watched-page";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addresses, siteFolder } from "./support/built-site.ts";
import { type ServedSite, serveSite } from "./support/serve-site.ts";

/** One of each kind, and a small one, because axe takes seconds for a thousand elements. */
const kinds = [
  "/",
  "/guide/",
  "/start/fastify",
  "/guide/getting-started",
  "/errors/",
  "/errors/token_expired",
  "/reference/",
  "/reference/verify/policies",
  "/decisions/0001-verify-only",
  "/playground",
  "/files/examples/gate/compose-yaml",
] as const;

/** In one display only. */
const others = [
  "/guide/fastify",
  "/decisions/",
  "/benchmarks",
  "/packages/verify",
  "/security/",
  "/changelog",
] as const;

const displays = [
  { colorScheme: "light", viewport: { width: 1280, height: 720 } },
  { colorScheme: "dark", viewport: { width: 1280, height: 720 } },
  { colorScheme: "light", viewport: { width: 375, height: 812 } },
  { colorScheme: "dark", viewport: { width: 375, height: 812 } },
] as const;

let site: ServedSite;
let browser: Browser;
beforeAll(async () => {
  site = await serveSite(siteFolder);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await site?.[Symbol.asyncDispose]();
});

describe.each(displays)("$colorScheme, $viewport.width pixels wide", (display) => {
  test("no page of any kind violates a rule of axe, overflows, or has an error", {
    timeout: 300_000,
  }, async () => {
    const watched = await openWatchedPage(browser, [site.url], display);
    for (const address of display === displays[0] ? [...kinds, ...others] : kinds) {
      await watched.page.goto(site.url + address, { waitUntil: "load" });
      await watched.settle();
      const isDark = await watched.page.locator("html").evaluate((html) => html.classList.contains("dark"));
      expect(isDark).toBe(display.colorScheme === "dark");
      await watched.inspect(address);
    }
    expect(watched.problems()).toEqual([]);
    await watched.close();
  });
});

test("each kind of page is there", () => {
  expect([...kinds, ...others].filter((address) => !addresses.includes(address))).toEqual([]);
});

test("a page that does not exist says so", async () => {
  const watched = await openWatchedPage(browser, [site.url], displays[0]);
  watched.expectError({ url: /no-such-page/, status: 404 });
  const response = await watched.page.goto(`${site.url}/no-such-page`);
  expect(response?.status()).toBe(404);
  await watched.page.getByRole("heading", { name: "There is no such page" }).waitFor();
  await watched.inspect("404");
  // VitePress asks whether it has been published again; the policy forbids it, which the console reports.
  expect(watched.problems().filter((problem) => !problem.includes("/hashmap.json"))).toEqual([]);
  await watched.close();
});

test("a tab from before the site was published again loads the page as a whole", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  let isOld = true;
  await page.route(/\/errors_token_expired\.md\./, (route) => (isOld ? route.abort() : route.continue()));
  await page.goto(`${site.url}/errors/`, { waitUntil: "networkidle" });
  page.on("request", (request) => {
    if (request.isNavigationRequest()) isOld = false;
  });
  await page.getByRole("main").getByRole("link", { name: "token_expired", exact: true }).click();
  await page.getByRole("heading", { name: "What the client should do" }).waitFor();
  expect(isOld).toBe(false);
  await context.close();
});
