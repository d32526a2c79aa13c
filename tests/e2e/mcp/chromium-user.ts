import type { Page } from "playwright-core";
import { password } from "./authorization-server.ts";

/** A user who fills in the sign-in and the consent page in a real browser. */
export class ChromiumUser {
  readonly #page: Page;
  readonly #app: string;

  /** @param app - the origin of the authorization server */
  constructor(page: Page, app: string) {
    this.#page = page;
    this.#app = app;
  }

  /** Opens an authorization URL, and follows it to the client's redirect URL, which no one serves. */
  async authorize(url: URL, email: string): Promise<URL> {
    const page = this.#page;
    const isClient = (target: URL) => target.origin !== this.#app;
    await page.route(isClient, (route) => route.fulfill({ body: "Back in your program." }));
    await page.goto(url.href);
    if (new URL(page.url()).pathname === "/sign-in") {
      await page.fill("[name=email]", email);
      await page.fill("[name=password]", password);
      await page.click("button");
      await page.waitForURL((target) => target.pathname !== "/sign-in");
    }
    if (new URL(page.url()).pathname === "/consent") {
      await page.click("button");
      await page.waitForURL(isClient);
    }
    return new URL(page.url());
  }

  async signOut(): Promise<void> {
    await this.#page.goto(`${this.#app}/sign-in`);
    const status = await this.#page.evaluate(async () => {
      const headers = { "content-type": "application/json" };
      return (await fetch("/api/auth/sign-out", { method: "POST", headers, body: "{}" })).status;
    });
    if (status !== 200) throw new Error(`sign-out: ${status}`);
  }
}
