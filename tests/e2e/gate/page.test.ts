import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, onTestFinished, test } from "vitest";
import { backendNames } from "../../../scripts/launch/gate-backend.ts";
import { displays, type OpenPage, signUpToSignOut, useWrongPassword } from "../support/browser/journeys.ts";
import { launchBrowser } from "../support/browser/launch-browser.ts";
import { openWatchedPage } from "../support/browser/watched-page.ts";
import { missingFor, type RunningDemo, startDemo } from "./start.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

describe.for(backendNames)("the page, with the backend in %s behind the gate", (name) => {
  let missing: string | undefined;
  let demo: RunningDemo;
  beforeAll(async () => {
    missing = await missingFor(name);
    if (missing === undefined) demo = await startDemo(name);
  }, 300_000);
  afterAll(async () => void (await demo?.stop()));

  const open: OpenPage = async (display, { webUrl, apiUrl } = demo) => {
    const watched = await openWatchedPage(browser, [webUrl, apiUrl], display);
    onTestFinished(() => watched.close());
    await watched.page.goto(webUrl);
    await watched.page.getByRole("button", { name: "Sign up", exact: true }).waitFor();
    return watched;
  };

  test("works from sign-up to sign-out without a problem", async ({ skip }) => {
    if (missing !== undefined) skip(missing);
    await signUpToSignOut(open, demo, displays[0], false);
  });

  test("works with a key pair", async ({ skip }) => {
    if (missing !== undefined) skip(missing);
    const withKeyPair = await startDemo(name, { USHER_KEYS: "jwks" });
    onTestFinished(async () => void (await withKeyPair.stop()));
    await signUpToSignOut(open, withKeyPair, displays[0], false);
  });

  test("shows no user another user's tasks", async ({ skip }) => {
    if (missing !== undefined) skip(missing);
    await useWrongPassword(open, demo.webUrl);
  });
});
