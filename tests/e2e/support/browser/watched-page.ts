import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContextOptions, Page, Request } from "playwright-core";

/** An answer with an error status that a test is about to provoke. */
type ProvokedAnswer = { url: string | RegExp; status: number };

/** A page whose every complaint is remembered. */
export type WatchedPage = {
  page: Page;
  /**
   * Announces an error answer: the browser prints a line of its own for each, which then is no complaint. One
   * line, with exactly this status and address; when it never comes, that is a complaint too.
   */
  provoke: (answer: ProvokedAnswer) => void;
  /**
   * Looks for accessibility violations in what is shown now (axe-core, all of its default rules), and for
   * sideways scrolling.
   */
  inspect: (state: string) => Promise<void>;
  /** Resolves when no request has been under way for a moment. */
  settle: () => Promise<void>;
  /**
   * Everything that was wrong so far: console errors and warnings, script errors, failed requests, foreign
   * hosts, violations.
   */
  complaints: () => string[];
  close: () => Promise<void>;
};

/** Opens a page in a context of its own: no cookies, no storage, and no host but the given origins. */
export async function openWatchedPage(
  browser: Browser,
  origins: string[],
  options: BrowserContextOptions,
): Promise<WatchedPage> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  const provoked: ProvokedAnswer[] = [];

  page.on("console", (message) => {
    if (!["error", "warning"].includes(message.type())) return;
    const { url } = message.location();
    const index = provoked.findIndex((answer) => isLineOf(answer, message.text(), url));
    if (index >= 0) provoked.splice(index, 1);
    else complaints.push(`console ${message.type()}: ${message.text()} (${url})`);
  });
  page.on("pageerror", (error) => complaints.push(`script error: ${error.message}`));
  page.on("requestfailed", (request) => {
    // A question that is withdrawn because a newer one makes it pointless is no failure. A change must never
    // be.
    if (request.method() === "GET" && request.failure()?.errorText === "net::ERR_ABORTED") return;
    complaints.push(`failed request: ${request.method()} ${request.url()} (${request.failure()?.errorText})`);
  });
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== "data:" && !origins.includes(origin)) complaints.push(`foreign host: ${request.url()}`);
  });

  const underWay = new Set<Request>();
  page.on("request", (request) => underWay.add(request));
  page.on("requestfinished", (request) => underWay.delete(request));
  page.on("requestfailed", (request) => underWay.delete(request));

  return {
    page,
    settle: async () => {
      for (let quiet = 0; quiet < 3; quiet = underWay.size === 0 ? quiet + 1 : 0)
        await page.waitForTimeout(50);
    },
    provoke: (answer) => provoked.push(answer),
    inspect: async (state) => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      for (const { id, nodes } of violations) {
        complaints.push(`${state}: ${id} at ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
      }
      const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (excess > 0) complaints.push(`${state}: scrolls sideways by ${excess} pixels`);
    },
    complaints: () => [
      ...complaints,
      ...provoked.map(({ url, status }) => `the browser never printed the ${status} of ${url}`),
    ],
    close: () => context.close(),
  };
}

function isLineOf({ url, status }: ProvokedAnswer, text: string, from: string): boolean {
  const isStatus = text.startsWith(
    `Failed to load resource: the server responded with a status of ${status} (`,
  );
  return isStatus && (typeof url === "string" ? url === from : url.test(from));
}
