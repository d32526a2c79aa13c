import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { launchBrowser } from "./support/browser/launch-browser.ts";
import { newPerson, signUpOn } from "./support/browser/page-actions.ts";
import { requestsOf, settledResponse } from "./support/browser/requests.ts";
import { openWatchedPage } from "./support/browser/watched-page.ts";
import { type RunningUsher, startUsher } from "./support/processes/launcher.ts";

const sizes = [
  { width: 1280, height: 720 },
  { width: 1440, height: 900 },
  { width: 375, height: 812 },
] as const;
const displays = sizes.flatMap((viewport) =>
  (["light", "dark"] as const).map((colorScheme) => ({ viewport, colorScheme, ...viewport })),
);

let usher: RunningUsher;
let browser: Browser;
beforeAll(async () => {
  [usher, browser] = await Promise.all([startUsher(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await usher?.stop();
});

describe.for(displays)("$width × $height, $colorScheme", ({ viewport, colorScheme }) => {
  const isNarrow = viewport.width < 500;

  async function open() {
    const watched = await openWatchedPage(browser, [usher.webUrl, usher.apiUrl], { viewport, colorScheme });
    onTestFinished(() => watched.close());
    await watched.page.goto(usher.webUrl);
    await watched.page.getByRole("button", { name: "Sign up", exact: true }).waitFor();
    return watched;
  }

  test("a visitor sees what it is, and the answer to a first request", async () => {
    const { page, inspect, expectError, problems } = await open();
    await expectInView(page.getByText("An API that verifies every token"));
    await expectInView(page.getByRole("button", { name: "Without a token", exact: true }));
    expect(await scrolled(page)).toBe(0);

    expectError({ url: `${usher.apiUrl}/api/another-user/tasks?limit=1`, status: 401 });
    await page.getByRole("button", { name: "Without a token", exact: true }).click();
    await expectAnswerInView(page, 401, "credentials_missing");
    if (!isNarrow) expect(await scrolled(page)).toBe(0);
    await inspect("answer without a session");
    expect(problems()).toEqual([]);
  });

  test("the first screen has every request and its verdict, and an answer is in view at once", async () => {
    const { page, inspect, expectError, problems } = await open();
    await signUpOn(page, newPerson());
    await page.getByText("Grace Hopper's, with 3 tasks").waitFor();
    await page.getByText("200 accepted").waitFor();
    const userId = await page.evaluate(async () => {
      const session = await (await fetch("/api/auth/get-session")).json();
      return session.user.id as string;
    });
    const requests = requestsOf(usher.apiUrl, userId);

    // Nothing is scrolled, and the token is folded.
    expect(await scrolled(page)).toBe(0);
    await expectInView(page.getByRole("heading", { name: "Try to get past the guard" }));
    for (const { button } of requests) await expectInView(rowOf(page, button));
    expect(await page.getByRole("figure", { name: "Claims" }).count()).toBe(0);
    if (!isNarrow) {
      await expectInView(page.getByRole("region", { name: "Response" }).getByText("200 OK"));
      await expectSideBySide(page);
    }
    await inspect("first screen");

    const refused = requests.filter(({ status, isFromPage }) => status >= 400 && isFromPage);
    for (const request of refused) expectError(request);
    await page.getByRole("button", { name: "Send all 8", exact: true }).click();
    for (const { button, status } of requests) {
      const verdict = rowOf(page, button).getByText(
        status < 400 ? `${status} accepted` : `${status} refused`,
      );
      await verdict.waitFor();
      await expectInView(verdict);
    }
    expect(await scrolled(page)).toBe(0);

    for (const request of requests) {
      if (request.status >= 400 && request.isFromPage) expectError(request);
      await page.getByRole("button", { name: request.button, exact: true }).click();
      const log = "code" in request.body ? String(request.body.code) : "Nothing to explain";
      await expectAnswerInView(page, request.status, log);
      if (!isNarrow) expect(await scrolled(page)).toBe(0);
    }
    await inspect("last answer");
    expect(problems()).toEqual([]);
  });

  test("after a sign-out, the answer to the old token is in view", async () => {
    const { page, inspect, expectError, settle, problems } = await open();
    await signUpOn(page, newPerson());
    await page.getByText("200 accepted").waitFor();
    await settle();
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    const old = page.getByRole("button", { name: "With the old token", exact: true });
    await old.waitFor();
    await expectInView(old);
    // The web app notifies the API. Until then, the API accepts it.
    const verdicts = /^(?:200|401) /;
    expectError({ url: /tasks\?limit=1$/, status: 401 });
    await expect
      .poll(async () => {
        await old.click();
        await settle();
        const response = page.getByRole("region", { name: "Response" });
        return await response.getByText(verdicts).first().textContent();
      })
      .toBe("401 Unauthorized");
    await expectAnswerInView(page, 401, "token_revoked");
    await inspect("old token");
    expect(problems()).toEqual([]);
  });
});

/** The row of a request: its button, hint and verdict. */
function rowOf(page: Page, button: string): Locator {
  return page.locator(".group", { has: page.getByRole("button", { name: button, exact: true }) }).first();
}

async function scrolled(page: Page): Promise<number> {
  return await page.evaluate(() => window.scrollY);
}

/** The status, and what the operator's log has, can be read without scrolling. */
async function expectAnswerInView(page: Page, status: number, log: string): Promise<void> {
  const response = await settledResponse(page, status);
  await expectInView(response.getByText(new RegExp(`^${status} `)).first());
  await expectInView(response.getByRole("region", { name: "The operator's log has" }).getByText(log).first());
  await expectInView(response.getByText(/^GET /));
}

async function expectInView(element: Locator): Promise<void> {
  const height = element.page().viewportSize()?.height ?? 0;
  const box = await element.boundingBox();
  expect(box, String(element)).not.toBeNull();
  expect(box?.y, String(element)).toBeGreaterThanOrEqual(0);
  expect((box?.y ?? 0) + (box?.height ?? 0), String(element)).toBeLessThanOrEqual(height);
}

async function expectSideBySide(page: Page): Promise<void> {
  const [client, operator] = await Promise.all(
    ["The client gets", "The operator's log has"].map((name) =>
      page.getByRole("region", { name }).boundingBox(),
    ),
  );
  expect(operator?.y).toBe(client?.y);
  expect(operator?.x).toBeGreaterThan((client?.x ?? 0) + (client?.width ?? 0));
}
