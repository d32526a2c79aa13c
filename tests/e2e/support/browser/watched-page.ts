import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContextOptions, Page, Request } from "playwright-core";

/** A response with an error status that a test expects. */
type ExpectedError = { url: string | RegExp; status: number };

/** A page that records every problem. */
export type WatchedPage = {
  page: Page;
  /**
   * Announces an error response, so that the browser's console line about it is not a problem. It allows one
   * line with this status and address. If the line never appears, that is a problem.
   */
  expectError: (response: ExpectedError) => void;
  /** Checks the current page for accessibility violations (axe-core's default rules) and for overflow. */
  inspect: (state: string) => Promise<void>;
  /** Resolves when no request has been pending for a moment. */
  settle: () => Promise<void>;
  /**
   * All problems so far: console errors and warnings, script errors, failed requests, requests to other
   * hosts, violations, overflow.
   */
  problems: () => string[];
  close: () => Promise<void>;
};

/** Opens a page in a new context: no cookies, no storage, and only the given origins. */
export async function openWatchedPage(
  browser: Browser,
  origins: string[],
  options: BrowserContextOptions,
): Promise<WatchedPage> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const problems: string[] = [];
  const expected: ExpectedError[] = [];

  page.on("console", (message) => {
    if (!["error", "warning"].includes(message.type())) return;
    const { url } = message.location();
    const index = expected.findIndex((response) => isLineOf(response, message.text(), url));
    if (index >= 0) expected.splice(index, 1);
    else problems.push(`console ${message.type()}: ${message.text()} (${url})`);
  });
  page.on("pageerror", (error) => problems.push(`script error: ${error.message}`));
  page.on("requestfailed", (request) => {
    // A GET that is cancelled because a newer one replaces it is not a failure. A write must never be
    // cancelled.
    if (request.method() === "GET" && request.failure()?.errorText === "net::ERR_ABORTED") return;
    problems.push(`failed request: ${request.method()} ${request.url()} (${request.failure()?.errorText})`);
  });
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== "data:" && !origins.includes(origin)) problems.push(`other host: ${request.url()}`);
  });

  const pending = new Set<Request>();
  page.on("request", (request) => pending.add(request));
  page.on("requestfinished", (request) => pending.delete(request));
  page.on("requestfailed", (request) => pending.delete(request));

  return {
    page,
    settle: async () => {
      for (let quiet = 0; quiet < 3; quiet = pending.size === 0 ? quiet + 1 : 0)
        await page.waitForTimeout(50);
    },
    expectError: (response) => expected.push(response),
    inspect: async (state) => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      for (const { id, nodes } of violations) {
        problems.push(`${state}: ${id} at ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
      }
      const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (excess > 0) problems.push(`${state}: overflows by ${excess} pixels`);
    },
    problems: () => [
      ...problems,
      ...expected.map(({ url, status }) => `the browser never reported the ${status} of ${url}`),
    ],
    close: () => context.close(),
  };
}

/** Opens the page of the web app, signed out. */
export async function openDemoPage(
  browser: Browser,
  { webUrl, apiUrl }: { webUrl: string; apiUrl: string },
  display: BrowserContextOptions,
): Promise<WatchedPage> {
  const watched = await openWatchedPage(browser, [webUrl, apiUrl], display);
  await watched.page.goto(webUrl);
  await watched.page.getByRole("button", { name: "Sign up", exact: true }).waitFor();
  return watched;
}

function isLineOf({ url, status }: ExpectedError, text: string, from: string): boolean {
  const isStatus = text.startsWith(
    `Failed to load resource: the server responded with a status of ${status} (`,
  );
  return isStatus && (typeof url === "string" ? url === from : url.test(from));
}
