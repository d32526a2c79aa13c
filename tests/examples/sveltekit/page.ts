import type { Browser, BrowserContext, Page, Request } from "playwright-core";

/** A page in a new browser context, and what it has received. */
export interface OpenedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Where a JWT was in a response: its headers, or its body. */
  tokens(): Promise<string[]>;
  /** Errors of scripts, and of the console. */
  problems(): string[];
}

export async function openPage(browser: Browser, url: string): Promise<OpenedPage> {
  const context = await browser.newContext();
  context.setDefaultTimeout(15_000);
  const responses: Promise<string | undefined>[] = [];
  const problems: string[] = [];
  context.on("requestfinished", (request) => responses.push(tokenIn(request)));
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`${message.text()} (${message.location().url})`);
  });
  await page.goto(url);
  return {
    page,
    context,
    tokens: async () => (await Promise.all(responses)).filter((found) => found !== undefined),
    problems: () => problems,
  };
}

/** Fills in the form of a new user. */
export async function signUpOn(page: Page, name: string): Promise<void> {
  // The buttons work as soon as the page's scripts do.
  await page.getByRole("button", { name: "I am new here" }).click();
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Email").fill(`${crypto.randomUUID()}@example.com`);
  await page.getByLabel("Password").fill("correct horse");
  await page.getByRole("button", { name: "Sign up", exact: true }).click();
  await page.getByRole("heading", { name: `Tasks of ${name}` }).waitFor();
}

/** The address of the request, if its response contains a JWT. A redirect and a download have no text. */
async function tokenIn(request: Request): Promise<string | undefined> {
  const response = await request.response();
  const headers = response?.headers() ?? {};
  const isRead = headers["content-type"] !== "application/octet-stream";
  const body = isRead ? await response?.text().catch(() => "") : "";
  return /\beyJ[\w-]+\.[\w-]+\.[\w-]+/.test(body + JSON.stringify(headers)) ? request.url() : undefined;
}
