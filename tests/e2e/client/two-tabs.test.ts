import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { launchBrowser } from "../support/browser/launch-browser.ts";
import { holdBackSessionChanges } from "../support/browser/session-changes.ts";
import { type Application, password, startApplication, type TestUser } from "./application.ts";
import type {} from "./tab.ts";

let application: Application;
let browser: Browser;
let anna: TestUser;
let bert: TestUser;

beforeAll(async () => {
  [application, browser] = await Promise.all([startApplication(), launchBrowser()]);
  [anna, bert] = await Promise.all([application.signUp("anna"), application.signUp("bert")]);
});

afterAll(async () => {
  await browser?.close();
  await application?.close();
});

beforeEach(() => {
  application.calls.length = 0;
  application.tokenRequests = 0;
});

/** The tabs of a browser with one cookie jar. */
async function openTabs(
  names: string[],
  options: Record<string, string> = {},
  prepare: (context: BrowserContext) => Promise<unknown> = async () => undefined,
): Promise<Page[]> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  await prepare(context);
  const pages: Page[] = [];
  for (const name of names) {
    const page = await context.newPage();
    const query = new URLSearchParams({ name, apiUrl: application.apiUrl, ...options });
    await page.goto(`${application.url}/?${query}`);
    pages.push(page);
  }
  return pages;
}

const call = (page: Page) => page.evaluate(() => tab.call());
const told = (page: Page) => page.evaluate(() => tab.told);
/** A tab checks its session at most once a second. */
const untilTold = (page: Page, events: string[]) =>
  expect.poll(() => told(page), { timeout: 5000 }).toEqual(events);
const signIn = (page: Page, { email }: TestUser) =>
  page.evaluate(([email, password]) => tab.signIn(email, password), [email, password] as const);
const signOut = (page: Page) => page.evaluate(() => tab.signOut());
const clearToken = (page: Page) => page.evaluate(() => tab.api.clearToken());

/** Two tabs of Anna, who has called the API in both. */
async function twoTabsOfAnna(options: Record<string, string> = {}): Promise<[Page, Page]> {
  const [first, second] = (await openTabs(["first", "second"], options)) as [Page, Page];
  await signIn(first, anna);
  expect(await call(first)).toBe(`${anna.id} in none`);
  expect(await call(second)).toBe(`${anna.id} in none`);
  application.calls.length = 0;
  application.tokenRequests = 0;
  return [first, second];
}

/** Each with what an application does after it has changed the session. */
describe.each([
  ["Better Auth's client", {}, async () => undefined],
  ["a getToken of the application", { own: "yes" }, clearToken],
])("two tabs with %s", (_name, options, afterChange: (page: Page) => Promise<unknown>) => {
  test("another user's sign-in in one ends the session of the other", async () => {
    const [first, second] = await twoTabsOfAnna(options);

    await signIn(second, bert);
    await afterChange(second);
    await untilTold(first, [`${anna.id} is now ${bert.id}`]);
    expect(await first.evaluate(() => tab.calls(5))).toEqual(Array(5).fill("user_changed"));
    await clearToken(second);
    expect(await call(second)).toBe(`${bert.id} in none`);
    expect(await call(first)).toBe("user_changed");

    expect(await told(first)).toHaveLength(1);
    expect(application.calls).toEqual([`second: ${bert.id} in none`]);
  });

  test("calls that wait for a token while another user signs in are rejected", async () => {
    const [first, second] = await twoTabsOfAnna(options);
    await signIn(second, bert);
    let open = (): void => undefined;
    application.gate = new Promise((resolve) => (open = resolve));
    onTestFinished(() => {
      application.gate = undefined;
    });
    await first.evaluate(() => tab.api.refresh());
    const waiting = first.evaluate(() => tab.calls(5));
    await expect.poll(() => application.tokenRequests).toBeGreaterThan(0);
    open();
    expect(await waiting).toEqual(Array(5).fill("user_changed"));
    expect(await told(first)).toEqual([`${anna.id} is now ${bert.id}`]);
    expect(application.calls).toEqual([]);
  });

  test("a sign-out in one reaches the other, without a call", async () => {
    const [first, second] = await twoTabsOfAnna(options);
    await signOut(second);
    await afterChange(second);
    await untilTold(first, ["signed out"]);
    expect(await call(first)).toBe("signed_out");
    expect(application.calls).toEqual([]);
    // The same user may come back, in either tab.
    await signIn(second, anna);
    expect(await call(first)).toBe(`${anna.id} in none`);
    expect(await told(first)).toEqual(["signed out"]);
  });

  test("a change of the organization in one is in the other's next call", async () => {
    const [first, second] = await twoTabsOfAnna(options);
    const organizationId = anna.organizations[1];
    await second.evaluate((id) => tab.setOrganization(id), organizationId);
    await second.evaluate(() => tab.api.refresh());
    await first.waitForTimeout(20); // for the message
    expect(await call(first)).toBe(`${anna.id} in ${organizationId}`);
    expect(await call(second)).toBe(`${anna.id} in ${organizationId}`);
    await first.waitForTimeout(300);
    expect(await told(first)).toEqual([]);
    expect(application.tokenRequests).toBeLessThanOrEqual(4);
  });
});

test("a change of the organization reaches both tabs without refresh", async () => {
  const [first, second] = await twoTabsOfAnna();
  const organizationId = anna.organizations[0];
  await second.evaluate((id) => tab.setOrganization(id), organizationId);
  await expect.poll(() => call(first)).toBe(`${anna.id} in ${organizationId}`);
  expect(await call(second)).toBe(`${anna.id} in ${organizationId}`);
});

test("a sign-out reaches the other tab from a page that uses useSession and is gone at once", async () => {
  const [first, second] = (await openTabs(["first", "second"], { useSession: "yes" })) as [Page, Page];
  await signIn(second, anna);
  expect(await call(first)).toBe(`${anna.id} in none`);
  await second.evaluate(holdBackSessionChanges);
  await second.evaluate(() => void tab.signOutAndLeave());
  await second.waitForURL("**/signed-out");
  await untilTold(first, ["signed out"]);
});

test("a second copy of the package in a page hears of the change too", async () => {
  const [first, second] = await twoTabsOfAnna();
  // As text: the test's own imports are transformed. Afterwards, `tab` is the second copy's.
  expect(await first.evaluate("import('/tab.js?copy').then(() => tab.call())")).toBe(`${anna.id} in none`);
  await signIn(second, bert);
  await untilTold(first, [`${anna.id} is now ${bert.id}`]);
});

/** Runs in the page before its scripts. */
function setClock(milliseconds: number): void {
  globalThis.Date = new Proxy(Date, {
    construct: (real, values) =>
      values.length === 0 ? new real(real.now() + milliseconds) : Reflect.construct(real, values),
    get: (real, name) => (name === "now" ? () => real.now() + milliseconds : Reflect.get(real, name)),
  });
}

test.each([20, -20])(
  "a page whose clock is %d minutes wrong needs one token for 20 calls",
  async (minutes) => {
    const [page] = (await openTabs(["first"], {}, (context) =>
      context.addInitScript(setClock, minutes * 60_000),
    )) as [Page];
    const skew = (await page.evaluate(() => Date.now())) - Date.now();
    expect(Math.round(skew / 60_000)).toBe(minutes);
    await signIn(page, anna);
    for (let count = 0; count < 20; count++) expect(await call(page)).toBe(`${anna.id} in none`);
    expect(application.tokenRequests).toBe(1);
  },
);

test("a client works alone in a sandboxed frame, whose origin is opaque", async () => {
  const [page] = (await openTabs(["first"])) as [Page];
  await signIn(page, anna);
  const token = await page.evaluate(async () => (await (await fetch("/own-token")).json()).token);
  const query = new URLSearchParams({ name: "frame", apiUrl: application.apiUrl, token });
  await page.evaluate((src) => {
    const frame = document.createElement("iframe");
    frame.sandbox.add("allow-scripts");
    frame.src = src;
    document.body.append(frame);
    return new Promise((resolve) => frame.addEventListener("load", resolve));
  }, `/?${query}`);
  const frame = page.frames().find((candidate) => candidate.url().includes("name=frame"));
  expect(await frame?.evaluate(() => [origin, typeof BroadcastChannel])).toEqual(["null", "function"]);
  await frame?.evaluate(() => [tab.api.refresh(), tab.api.clearToken()]);
  expect(await frame?.evaluate(() => tab.call())).toBe(`${anna.id} in none`);
});
