import { launchBrowser } from "@usher-auth/e2e/browser";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { siteFolder } from "./support/built-site.ts";
import { type ServedSite, serveSite } from "./support/serve-site.ts";

let site: ServedSite;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  site = await serveSite(siteFolder);
  browser = await launchBrowser();
  const context = await browser.newContext({
    javaScriptEnabled: false,
    viewport: { width: 375, height: 812 },
  });
  page = await context.newPage();
});
afterAll(async () => {
  await browser?.close();
  await site?.[Symbol.asyncDispose]();
});

test("a reader without JavaScript gets from the home page to an error's page", async () => {
  await page.goto(site.url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  const pages = page.getByRole("navigation", { name: "Pages", exact: true });
  await pages.getByRole("link", { name: "Errors" }).click();
  expect(new URL(page.url()).pathname).toBe("/errors/");
  await page.getByRole("main").getByRole("link", { name: "token_expired", exact: true }).click();
  expect(new URL(page.url()).pathname).toBe("/errors/token_expired");
  await page.getByRole("heading", { name: "What the client should do" }).waitFor();
});

test("the same reader follows a framework from the home page, and reads it as Markdown", async () => {
  await page.goto(site.url);
  await page.getByRole("link", { name: "Express", exact: true }).click();
  await page.getByRole("heading", { name: "Start with Express" }).waitFor();
  for (const step of ["1. Guard the API", "2. Issue tokens", "3. Send tokens", "4. Test it"])
    expect(await page.getByRole("heading", { name: step }).isVisible()).toBe(true);
  await page.getByRole("link", { name: "This page as Markdown" }).click();
  expect(await page.locator("body").textContent()).toMatch(/^# Start with Express\n/);
});

test("on a wide screen the sidebar's groups open without JavaScript", async () => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.goto(`${site.url}/decisions/`);
  const sidebar = page.getByRole("navigation", { name: "Sidebar Navigation" });
  const link = sidebar.getByRole("link", { name: /^0003\. / });
  expect(await link.isVisible()).toBe(false);
  await sidebar.locator("summary", { hasText: "verify: token" }).click();
  await link.click();
  await page.getByRole("heading", { level: 1, name: /^0003\. / }).waitFor();
});

test("what needs JavaScript is not shown, and the playground says so", async () => {
  await page.goto(`${site.url}/guide/`);
  expect(await page.getByRole("button", { name: "Search" }).count()).toBe(0);
  await page.goto(`${site.url}/playground`);
  const note = page.locator("main noscript");
  expect(await note.isVisible()).toBe(true);
  expect(await note.textContent()).toContain("needs JavaScript");
});
