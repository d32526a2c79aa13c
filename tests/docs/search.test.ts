import { readFileSync } from "node:fs";
import { launchBrowser } from "@usher-auth/e2e/browser";
import { clickUntil } from "@usher-auth/e2e/click-until";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addresses, siteFolder } from "./support/built-site.ts";
import { type ServedSite, serveSite } from "./support/serve-site.ts";

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
/** The first cells of the tables that have code in them. */
const namesIn = (markdown: string) =>
  [...markdown.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`([A-Za-z_]+)`/g)].map(([, name = ""]) => name),
  );
const codes = [...read("docs/errors.md").matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code = ""]) => code);
const options = [...new Set(namesIn(read("docs/guide/configuration.md")))];

let site: ServedSite;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  site = await serveSite(siteFolder);
  browser = await launchBrowser();
  page = await browser.newPage();
  await page.goto(`${site.url}/guide/`);
  await clickUntil(page.getByRole("button", { name: "Search" }).first(), page.locator(".VPLocalSearchBox"));
});
afterAll(async () => {
  await browser?.close();
  await site?.[Symbol.asyncDispose]();
});

async function search(text: string): Promise<string[]> {
  await page.locator(".VPLocalSearchBox input").fill(text);
  return page
    .locator(".VPLocalSearchBox .results a")
    .evaluateAll((links) => links.map((link) => new URL((link as HTMLAnchorElement).href).pathname));
}

test("the tables have what the tests look for", () => {
  expect(codes.length).toBeGreaterThanOrEqual(20);
  expect(options).toEqual(expect.arrayContaining(["BETTER_AUTH_URL", "ownerParam", "USHER_KEYS", "realm"]));
});

describe("search finds the page of the code", () => {
  test.each(codes)("%s first", async (code) => {
    expect(addresses).toContain(`/errors/${code}`);
    await expect.poll(async () => (await search(code))[0], { timeout: 20_000 }).toBe(`/errors/${code}`);
  });
});

describe("search finds where the configuration explains", () => {
  test.each(options)("%s", async (option) => {
    await expect
      .poll(async () => (await search(option)).some((path) => path.startsWith("/guide/configuration")), {
        timeout: 20_000,
      })
      .toBe(true);
  });
});

test("search finds a public name in the reference", async () => {
  await expect
    .poll(async () => (await search("createVerifier")).some((path) => path === "/reference/verify"), {
      timeout: 20_000,
    })
    .toBe(true);
});
