import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, onTestFinished, test } from "vitest";
import type { RunningUsher } from "../processes/launcher.ts";
import { displays, signUpToSignOut, useKeyboardOnly, useWrongPassword } from "./journeys.ts";
import { launchBrowser } from "./launch-browser.ts";
import { openDemoPage, type WatchedPage } from "./watched-page.ts";

/** What further tests of the same file work with. */
export type PageBench = {
  usher: () => RunningUsher;
  browser: () => Browser;
  open: (display: BrowserContextOptions, usher?: RunningUsher) => Promise<WatchedPage>;
};

/**
 * Defines the tests of the page, with whatever API it works. They start the web app and the API once, and
 * once more with a key pair.
 *
 * @param showsLog - see `signUpToSignOut`
 */
export function testPage(
  start: (environment?: Record<string, string>) => Promise<RunningUsher>,
  { showsLog = true }: { showsLog?: boolean } = {},
): PageBench {
  let usher: RunningUsher;
  let browser: Browser;
  beforeAll(async () => {
    [usher, browser] = await Promise.all([start(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await usher?.stop();
  });

  async function open(display: BrowserContextOptions, opened: RunningUsher = usher): Promise<WatchedPage> {
    const watched = await openDemoPage(browser, opened, display);
    onTestFinished(() => watched.close());
    return watched;
  }

  describe.for(displays)("the page, $colorScheme and $viewport.width pixels wide", (display) => {
    test("works from sign-up to sign-out without a problem", () =>
      signUpToSignOut(open, usher, display, showsLog));
  });

  test("works from sign-up to sign-out with a key pair", async () => {
    const withKeyPair = await start({ USHER_KEYS: "jwks" });
    onTestFinished(async () => void (await withKeyPair.stop()));
    await signUpToSignOut(open, withKeyPair, displays[0], showsLog);
  });

  test("works with the keyboard only", () => useKeyboardOnly(open));

  test("reports a wrong password, accepts the right one, and shows no user another user's tasks", () =>
    useWrongPassword(open, usher.webUrl));

  return { usher: () => usher, browser: () => browser, open };
}
