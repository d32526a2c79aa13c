import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { launchBrowser } from "../support/browser/launch-browser.ts";
import type { apis } from "./apis.ts";
import type { Program } from "./page.ts";
import { type SiteOptions, startSites } from "./sites.ts";

declare const program: Program;

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser({ names: ["*.example.test", "*.other.test"] });
});
afterAll(() => browser?.close());

/** Signs up on the page, deletes the user's tasks and another user's, opens the page again, and signs out. */
async function visit(options: SiteOptions = {}) {
  const sites = await startSites(options);
  onTestFinished(() => sites.close());
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const open = async () => {
    await page.goto(sites.at(options.page ?? "app.example.test"));
    await page.waitForFunction(() => "program" in globalThis);
  };
  await open();
  const signUp = await page.evaluate(() => program.signUp());
  const userId = await page.evaluate(() => program.userId());
  const own = await page.evaluate((id) => program.deleteTasks(id), userId);
  const others = await page.evaluate(() => program.deleteTasks("someone-else"));
  await open();
  const cookies = (await context.cookies()).map(({ name, domain }) => ({ name, domain }));
  const signOut = await page.evaluate(() => program.signOut());
  return { ...sites, signUp, own, others, cookies, signOut };
}

describe("the app, Better Auth and the API are subdomains of one site", () => {
  test.each<keyof typeof apis>(["fastify", "express", "hono"])(
    "the page gets a token and calls the API in %s, which gets no cookie",
    async (api) => {
      const { signUp, own, others, signOut, apiCookies } = await visit({ api });
      expect([signUp, own, signOut]).toEqual(["signed up", "200 null", "signed out"]);
      expect(others).toBe('403 Bearer realm="api"');
      expect(new Set(apiCookies)).toEqual(new Set([undefined]));
    },
  );

  test("the session cookie is Better Auth's own, and the app's server does not get it", async () => {
    const { cookies, pageCookies } = await visit();
    expect(cookies).toEqual([{ name: "__Secure-better-auth.session_token", domain: "auth.example.test" }]);
    expect(pageCookies).toEqual([undefined, undefined]);
  });

  test("with crossSubDomainCookies for the site, the app's server gets the session cookie too", async () => {
    const crossSubDomainCookies = { enabled: true, domain: "example.test" };
    const { own, pageCookies, apiCookies } = await visit({ advanced: { crossSubDomainCookies } });
    expect(own).toBe("200 null");
    expect(pageCookies).toEqual([undefined, expect.stringMatching(/^__Secure-better-auth\.session_token=/)]);
    expect(new Set(apiCookies)).toEqual(new Set([undefined]));
  });

  test("crossSubDomainCookies without a domain shares the cookie with no other name", async () => {
    const { cookies, pageCookies } = await visit({ advanced: { crossSubDomainCookies: { enabled: true } } });
    expect(cookies.map(({ domain }) => domain)).toEqual([".auth.example.test"]);
    expect(pageCookies).toEqual([undefined, undefined]);
  });

  test("cookies that are SameSite=Strict work between subdomains", async () => {
    const { own } = await visit({ advanced: { defaultCookieAttributes: { sameSite: "strict" } } });
    expect(own).toBe("200 null");
  });

  test("a session cookie with the prefix __Host- works", async () => {
    const session_token = { name: "__Host-session", attributes: { secure: true } };
    const { own, cookies } = await visit({
      advanced: { useSecureCookies: false, cookies: { session_token } },
    });
    expect(own).toBe("200 null");
    expect(cookies).toEqual([{ name: "__Host-session", domain: "auth.example.test" }]);
  });

  test("without trustedOrigins, Better Auth refuses the sign-up", async () => {
    expect((await visit({ trustedOrigins: [] })).signUp).toBe("403 INVALID_ORIGIN");
  });

  test("without CORS of Better Auth, calls fail, which is no sign-out", async () => {
    const { signUp, own } = await visit({ authCors: false });
    expect([signUp, own]).toEqual(["TypeError: Failed to fetch", "TypeError"]);
  });

  test.each<RequestCredentials>(["omit", "same-origin"])(
    "with credentials %s at Better Auth's client, nobody is signed in",
    async (credentials) => {
      const { signUp, own } = await visit({ credentials });
      expect([signUp, own]).toEqual(["signed up", "SignedOutError"]);
    },
  );

  test("a page reads the challenge only if the API exposes WWW-Authenticate", async () => {
    expect((await visit({ exposed: [] })).others).toBe("403 null");
  });
});

describe("the app is another site than Better Auth", () => {
  const page = "app.other.test";

  test("with the default cookies, the sign-up succeeds and nobody is signed in", async () => {
    const { signUp, own } = await visit({ page });
    expect([signUp, own]).toEqual(["signed up", "SignedOutError"]);
  });

  test("cookies that are SameSite=None work where the browser allows third-party cookies", async () => {
    const { own } = await visit({
      page,
      advanced: { defaultCookieAttributes: { sameSite: "none", secure: true } },
    });
    expect(own).toBe("200 null");
  });
});
