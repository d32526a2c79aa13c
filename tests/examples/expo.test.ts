import { launchBrowser } from "@usher-auth/e2e/browser";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type StartedExample, startExample } from "./support/start-example.ts";

/** Seconds: how recent the sign-in of someone who removes all tasks must be. */
const RECENT_SIGN_IN = 3;
const password = "correct horse battery staple";

let example: StartedExample;
let browser: Browser;

beforeAll(async () => {
  const environment = { RECENT_SIGN_IN: String(RECENT_SIGN_IN) };
  [example, browser] = await Promise.all([startExample("expo", environment), launchBrowser()]);
});
afterAll(() => Promise.all([example?.stop(), browser?.close()]));

/** The app in a browser, as `expo export --platform web` has built it. */
describe("the app in a browser", () => {
  let page: Page;

  const press = (name: string) => page.getByRole("button", { name }).click();
  const tasks = (title: string) => page.getByText(title, { exact: true });

  async function enter(email: string, button: "Sign in" | "Sign up"): Promise<void> {
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password").fill(password);
    await press(button);
    await page.getByText(`Tasks of ${email}`).waitFor();
  }

  async function add(title: string): Promise<void> {
    await page.getByLabel("New task").fill(title);
    await press("Add");
    await tasks(title).waitFor();
  }

  beforeAll(async () => {
    page = await browser.newPage();
    await page.goto(example.webUrl);
  });

  test("signs up, adds a task and shows it after a reload", async () => {
    await enter("anna@example.com", "Sign up");
    await add("Anna's task");
    await page.reload();
    await tasks("Anna's task").waitFor();
  });

  test("asks for the password before it removes all, if the sign-in is too long ago", async () => {
    await new Promise((resolve) => setTimeout(resolve, RECENT_SIGN_IN * 1000));
    await press("Remove all");
    await page.getByLabel("Your password").fill(password);
    await press("Continue");
    await tasks("Anna's task").waitFor({ state: "detached" });
  });

  test("shows the next user nothing of the user before", async () => {
    await add("Anna's second task");
    await press("Sign out");
    await enter("bert@example.com", "Sign up");
    expect(await tasks("Anna's second task").count()).toBe(0);
    await add("Bert's task");
    await press("Sign out");
    await enter("anna@example.com", "Sign in");
    await tasks("Anna's second task").waitFor();
    expect(await tasks("Bert's task").count()).toBe(0);
  });

  test("shows the sign-in screen when the server has ended the session", async () => {
    await page.evaluate(() => fetch("/api/auth/revoke-sessions", { method: "POST" }));
    await page.getByLabel("New task").fill("Too late");
    await press("Add");
    await page.getByRole("button", { name: "Sign in" }).waitFor();
  });
});
