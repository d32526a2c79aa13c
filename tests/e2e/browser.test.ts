import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { probesOf, shownClaims, shownResponse } from "./support/browser/inspector.ts";
import { focusedName, tabTo } from "./support/browser/keyboard.ts";
import { launchBrowser } from "./support/browser/launch-browser.ts";
import {
  addTask,
  checkboxOf,
  copyToken,
  newPerson,
  signInOn,
  signUpOn,
  untilEnabled,
} from "./support/browser/page-actions.ts";
import { openWatchedPage, type WatchedPage } from "./support/browser/watched-page.ts";
import { type RunningUsher, startUsher } from "./support/processes/launcher.ts";
import { verdictOf } from "./support/session.ts";

let usher: RunningUsher;
let browser: Browser;

beforeAll(async () => {
  [usher, browser] = await Promise.all([startUsher(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await usher?.stop();
});

const looks = [
  { colorScheme: "light", viewport: { width: 1280, height: 900 } },
  { colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  { colorScheme: "light", viewport: { width: 375, height: 812 } },
  { colorScheme: "dark", viewport: { width: 375, height: 812 } },
] as const;
type Look = (typeof looks)[number];

describe.for(looks)("the page, $colorScheme and $viewport.width pixels wide", (look) => {
  test("from sign-up to sign-out, without a complaint", () => wholeWay(usher, look));
});

async function wholeWay(usher: RunningUsher, look: Look): Promise<void> {
  const watched = await open(look, usher);
  const { page, inspect, provoke } = watched;
  const ada = newPerson();
  expect(
    await page.evaluate(
      (scheme) => matchMedia(`(prefers-color-scheme: ${scheme})`).matches,
      look.colorScheme,
    ),
  ).toBe(true);

  await inspect("signed out");
  await signUpOn(page, ada);
  await inspect("empty list");

  await addTask(page, "Write the first program");
  await addTask(page, "Buy milk");
  await checkboxOf(page, "Write the first program").check();
  await page.getByRole("button", { name: "Edit Buy milk", exact: true }).click();
  await page.getByRole("dialog").getByLabel("Title", { exact: true }).fill("Buy oat milk");
  await inspect("edit dialog");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await untilEnabled(checkboxOf(page, "Buy oat milk"));
  await inspect("list");

  await page.getByRole("button", { name: "Delete Buy oat milk", exact: true }).click();
  await checkboxOf(page, "Buy oat milk").waitFor({ state: "detached" });
  await watched.settle();
  await page.reload();
  await untilEnabled(checkboxOf(page, "Write the first program"));
  expect(await checkboxOf(page, "Write the first program").isChecked()).toBe(true);
  expect(await page.getByRole("listitem").count()).toBe(1);

  const claims = await shownClaims(page);
  expect(Object.keys(claims).sort()).toEqual(
    ["aud", "email", "email_verified", "exp", "iat", "iss", "jti", "name", "sid", "sub"].sort(),
  );
  expect(claims).toMatchObject({ email: ada.email, name: ada.name, iss: usher.webUrl, aud: usher.apiUrl });

  for (const probe of probesOf(usher.apiUrl, String(claims.sub))) {
    if (probe.status >= 400) provoke(probe);
    await page.getByRole("button", { name: probe.button, exact: true }).click();
    const shown = await shownResponse(page, probe.status);
    expect(shown).toMatchObject({ url: `GET ${probe.url}`, challenge: probe.challenge });
    expect(shown.body).toMatchObject(probe.body);
    await inspect(`inspector after "${probe.button}"`);
  }

  const copied = await copyToken(page, usher.apiUrl);
  expect(await verdictOf(usher.apiUrl, copied)).toBe(200);
  await watched.settle();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
  await expect.poll(() => verdictOf(usher.apiUrl, copied)).toBe("token_revoked");
  await inspect("signed out again");

  await signInOn(page, ada);
  await untilEnabled(checkboxOf(page, "Write the first program"));
  expect(await verdictOf(usher.apiUrl, await copyToken(page, usher.apiUrl))).toBe(200);
  expect(watched.complaints()).toEqual([]);
}

test("from sign-up to sign-out by key pair, as by the secret", async () => {
  const byKeyPair = await startUsher({ USHER_KEYS: "jwks" });
  onTestFinished(async () => void (await byKeyPair.stop()));
  await wholeWay(byKeyPair, looks[0]);
});

test("the whole way by the keyboard alone", async () => {
  const watched = await open(looks[0]);
  const { page } = watched;
  const { keyboard } = page;
  const ada = newPerson();

  await tabTo(page, "Name");
  await keyboard.type(ada.name);
  await tabTo(page, "Email");
  await keyboard.type(ada.email);
  await tabTo(page, "Password");
  await keyboard.type(ada.password);
  await keyboard.press("Enter");
  await page.getByText("No tasks yet").waitFor();

  await tabTo(page, "New task");
  await keyboard.type("Learn the keys");
  await keyboard.press("Enter");
  const checkbox = checkboxOf(page, "Learn the keys");
  await untilEnabled(checkbox);
  expect(await focusedName(page)).toBe("New task");

  await tabTo(page, "Learn the keys");
  await keyboard.press("Space");
  await expect.poll(() => checkbox.isChecked()).toBe(true);

  await tabTo(page, "Edit Learn the keys");
  await keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Edit task" }).waitFor();
  await tabTo(page, "Title");
  await keyboard.press("ControlOrMeta+A");
  await keyboard.type("Know the keys");
  await keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await untilEnabled(checkboxOf(page, "Know the keys"));

  await tabTo(page, "Edit Know the keys");
  await keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await expect.poll(() => focusedName(page)).toBe("Edit Know the keys");

  await tabTo(page, "Delete Know the keys");
  await keyboard.press("Enter");
  await checkboxOf(page, "Know the keys").waitFor({ state: "detached" });
  await page.getByText("No tasks yet").waitFor();
  expect(await focusedName(page)).not.toBe("");

  await tabTo(page, "With the token");
  await keyboard.press("Enter");
  await shownResponse(page, 200);

  await watched.settle();
  await tabTo(page, "Sign out");
  await keyboard.press("Enter");
  await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
  expect(watched.complaints()).toEqual([]);
});

test("a wrong password is told, the right one lets in again, and nobody sees another's tasks", async () => {
  const watched = await open(looks[0]);
  const { page } = watched;
  const ada = newPerson();
  await signUpOn(page, ada);
  await addTask(page, "Ada's secret");
  await watched.settle();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();

  watched.provoke({ url: `${usher.webUrl}/api/auth/sign-in/email`, status: 401 });
  await signInOn(page, { ...ada, password: "not the password" });
  await page.getByRole("alert").waitFor();
  await watched.inspect("wrong password");
  await signInOn(page, ada);
  await untilEnabled(checkboxOf(page, "Ada's secret"));
  expect(watched.complaints()).toEqual([]);

  const other = await open(looks[0]);
  await signUpOn(other.page, newPerson("Grace Hopper"));
  expect(await other.page.getByText("Ada's secret").count()).toBe(0);
  expect(other.complaints()).toEqual([]);
});

test("the API's documentation loads whole, from nowhere but the API", async () => {
  const watched = await openWatchedPage(browser, [usher.apiUrl], looks[0]);
  onTestFinished(() => watched.close());
  await watched.page.goto(`${usher.apiUrl}/docs`);
  await watched.page.getByText("Whether the process runs").first().waitFor();
  await watched.settle();
  expect(watched.complaints()).toEqual([]);
});

test("the watch itself sees what it is there to see", async () => {
  const watched = await open({ ...looks[0], bypassCSP: true });
  await watched.page.evaluate(async () => {
    console.error("a console error");
    document.body.append(document.createElement("img"));
    await fetch("/api/auth/no-such-path");
    await fetch("http://foreign.example/").catch(() => {});
    setTimeout(() => {
      throw new Error("a script error");
    });
  });
  await watched.inspect("broken");
  watched.provoke({ url: "http://never.example/", status: 401 });
  const complaints = watched.complaints().join("\n");
  for (const expected of [
    "console error: a console error",
    "script error: a script error",
    "status of 404",
    "foreign host: http://foreign.example/",
    "failed request: GET http://foreign.example/",
    "broken: image-alt at body > img",
    "never printed the 401 of http://never.example/",
  ]) {
    expect(complaints).toContain(expected);
  }
});

async function open(
  look: BrowserContextOptions,
  { webUrl, apiUrl }: RunningUsher = usher,
): Promise<WatchedPage> {
  const watched = await openWatchedPage(browser, [webUrl, apiUrl], look);
  onTestFinished(() => watched.close());
  await watched.page.goto(webUrl);
  await watched.page.getByRole("button", { name: "Sign up", exact: true }).waitFor();
  return watched;
}
