import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { launchBrowser } from "../support/browser/launch-browser.ts";

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser({ names: ["*.localhost", "app.test"] });
});
afterAll(() => browser?.close());

/** A server on a free port that sets a cookie like Better Auth's on every page but the first. */
async function startServer(seen: Map<string, IncomingHttpHeaders>): Promise<number> {
  const server = createServer(({ url = "", headers }, response) => {
    seen.set(url, headers);
    response.setHeader("access-control-allow-origin", headers.origin ?? "*");
    response.setHeader("access-control-allow-credentials", "true");
    if (url === "/sign-in") response.setHeader("set-cookie", "session=1; HttpOnly; SameSite=Lax; Path=/");
    response.setHeader("content-type", "text/html").end("<title>page</title>");
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** The headers of each path: a page on one port signs in and gets a token on another, and is opened again. */
async function visit(pageName: string, authName: string) {
  const seen = new Map<string, IncomingHttpHeaders>();
  const [pagePort, authPort] = [await startServer(seen), await startServer(seen)];
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.goto(`http://${pageName}:${pagePort}/`);
  await page.evaluate(async (auth) => {
    for (const path of ["sign-in", "token"]) await fetch(`${auth}/${path}`, { credentials: "include" });
  }, `http://${authName}:${authPort}`);
  await page.goto(`http://${pageName}:${pagePort}/again`);
  return (path: string) => ({ cookie: seen.get(path)?.cookie, site: seen.get(path)?.["sec-fetch-site"] });
}

test("two ports of localhost are one site, and share their cookies", async () => {
  const headersOf = await visit("localhost", "localhost");
  expect(headersOf("/token")).toEqual({ cookie: "session=1", site: "same-site" });
  expect(headersOf("/again").cookie).toBe("session=1");
});

test.each([
  ["localhost", "127.0.0.1"],
  ["app.localhost", "auth.localhost"],
])("%s and %s are two sites: no session cookie is kept", async (pageName, authName) => {
  const headersOf = await visit(pageName, authName);
  expect(headersOf("/token")).toEqual({ cookie: undefined, site: "cross-site" });
});

test("requests to other names over plain http have no Sec-Fetch-Site", async () => {
  const headersOf = await visit("app.test", "app.test");
  expect(headersOf("/token")).toEqual({ cookie: "session=1", site: undefined });
});
