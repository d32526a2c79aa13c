import { clickUntil } from "@usher-auth/e2e/click-until";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { type Recorded, recordResponses } from "./recorded-responses.ts";

/** A user with a separate browser context. */
export interface BrowserUser {
  readonly name: string;
  readonly email: string;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Every response that the browser has received. */
  readonly responses: Recorded;
  /** The cookies, for requests without the browser. */
  cookieHeader(): Promise<string>;
}

const password = "correct horse battery";

/** Opens a separate browser context, and signs a new user up on the form at `/sign-in`. */
export async function signUp(browser: Browser, webUrl: string, name: string): Promise<BrowserUser> {
  const context = await browser.newContext({ baseURL: webUrl });
  const responses = recordResponses(context);
  const page = await context.newPage();
  // A server in development compiles each page when it is first asked for.
  page.setDefaultTimeout(90_000);
  const email = `${name.toLowerCase()}@example.com`;
  await page.goto("/sign-in");
  await clickUntil(page.getByRole("button", { name: "I am new here" }), page.getByLabel("Name"));
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("heading", { name: `Tasks of ${name}` }).waitFor();
  const cookieHeader = async () =>
    (await context.cookies(webUrl)).map((cookie) => `${cookie.name}=${cookie.value}`).join("; ");
  return { name, email, context, page, responses, cookieHeader };
}

/** Signs a user in who has signed up before. Resolves when the user's page is shown. */
export async function signIn(
  page: Page,
  { name, email }: Pick<BrowserUser, "name" | "email">,
): Promise<void> {
  await page.goto("/sign-in");
  await untilReactRuns(page);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { name: `Tasks of ${name}` }).waitFor();
}

/** Adds a task on the page at `path`. Resolves when the list shows it. */
export async function addTask({ page }: BrowserUser, path: string, title: string): Promise<void> {
  if (new URL(page.url()).pathname !== path) await page.goto(path);
  await untilReactRuns(page);
  await page.getByLabel("New task").fill(title);
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByRole("listitem").filter({ hasText: title }).waitFor();
}

/** The tasks that the page at `path` shows once it has loaded them. */
export async function tasksOn({ page }: BrowserUser, path: string): Promise<string[]> {
  await page.goto(path);
  await page.getByRole("listitem").first().waitFor();
  return await page.getByRole("listitem").allTextContents();
}

/** Resolves when React handles the page's forms, if the page is of Next.js. One that is sent earlier may be sent twice. */
async function untilReactRuns(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    if (!("__next_f" in globalThis)) return true;
    const form = document.querySelector("form");
    return form !== null && Object.keys(form).some((key) => key.startsWith("__reactProps$"));
  });
}
