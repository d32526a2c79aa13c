import { rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { launchBrowser } from "@usher-auth/e2e/browser";
import { holdBackSessionChanges } from "@usher-auth/e2e/session-changes";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { addTask, type BrowserUser, signIn, signUp, tasksOn } from "./support/browser-user.ts";
import { newNextProject } from "./support/create-next-app.ts";
import { folderOf, runScript } from "./support/example-process.ts";
import { filesOfGuide, uncheckedBlocks, writeFiles } from "./support/guide-files.ts";
import { type StartedExample, startExample } from "./support/start-example.ts";

/** A server component, the API from the browser, and the API through this site's own server. */
const pages = ["/tasks", "/browser", "/same-site"];

let example: StartedExample;
let browser: Browser;

beforeAll(async () => {
  [example, browser] = await Promise.all([startExample("next"), launchBrowser()]);
});
afterAll(() => Promise.all([example?.stop(), browser?.close()]));

describe("two users in two browsers", () => {
  let anna: BrowserUser;
  let bert: BrowserUser;

  beforeAll(async () => {
    anna = await signUp(browser, example.webUrl, "Anna");
    bert = await signUp(browser, example.webUrl, "Bert");
  });

  test("each sees their own tasks on every page, and nothing of the other", async () => {
    for (const path of pages) {
      for (const user of [anna, bert]) await addTask(user, path, `${user.name} ${path}`);
    }
    for (const path of pages) {
      for (const user of [anna, bert]) {
        const own = pages.map((each) => `${user.name} ${each}`).toReversed();
        expect(await tasksOn(user, path), `${user.name} on ${path}`).toEqual(own);
      }
    }
  });

  test("200 interleaved requests of both mix nothing up", async () => {
    const users = await Promise.all(
      [anna, bert].map(async (user) => ({ name: user.name, cookie: await user.cookieHeader() })),
    );
    // Pages as documents and as payloads of their components, and the proxy.
    const requests = [
      { path: "/tasks", headers: {} },
      { path: "/tasks", headers: { rsc: "1" } },
      { path: "/backend/api/me/tasks", headers: { "sec-fetch-site": "same-origin" } },
      { path: "/browser", headers: {} },
    ];
    const answers = await inGroupsOf(20, 200, async (index) => {
      const user = users[index % 2] as (typeof users)[number];
      const { path, headers } = requests[
        Math.floor(index / 2) % requests.length
      ] as (typeof requests)[number];
      const response = await fetch(`${example.webUrl}${path}`, {
        headers: { cookie: user.cookie, ...headers },
      });
      return { name: user.name, path, status: response.status, body: await response.text() };
    });
    expect(answers).toHaveLength(200);
    for (const { name, path, status, body } of answers) {
      const other = name === "Anna" ? "Bert" : "Anna";
      expect(status, path).toBe(200);
      expect(body, path).toContain(name);
      expect(body, path).not.toContain(other);
    }
  });

  test("no page, no payload of a component and no response of the proxy contains a token", async () => {
    const responses = await anna.responses();
    const withToken = responses.filter(({ url, headers, body }) =>
      `${url} ${JSON.stringify(headers)} ${body}`.includes("eyJ"),
    );
    // The page at /browser asks for it. The search would find a token elsewhere too.
    expect(new Set(withToken.map(({ url }) => url.pathname))).toEqual(new Set(["/api/auth/token"]));
    expect(responses.some(({ url }) => url.pathname === "/backend/api/me/tasks")).toBe(true);
    expect(responses.some(({ url, body }) => url.pathname === "/tasks" && body.includes("Anna /tasks"))).toBe(
      true,
    );
  });

  test("nothing of a user may be cached, and no response of the proxy", async () => {
    const responses = await anna.responses();
    // Next.js lets the loading state of a page be cached, which is the same for everyone.
    const ofAnna = responses.filter(({ body }) => /anna/i.test(body));
    const ofProxy = responses.filter(({ url }) => url.pathname.startsWith("/backend/"));
    expect([ofAnna.length > 6, ofProxy.length > 2]).toEqual([true, true]);
    for (const { url, headers } of [...ofAnna, ...ofProxy].filter(({ url }) => isOfWebApp(url)))
      expect(headers["cache-control"], url.href).toContain("no-store");
  });

  test("the proxy stores nothing for a page that was made for another user", async () => {
    const response = await fetch(`${example.webUrl}/backend/api/me/tasks`, {
      method: "POST",
      headers: {
        cookie: await bert.cookieHeader(),
        origin: example.webUrl,
        "sec-fetch-site": "same-origin",
        "content-type": "application/json",
        "usher-expected-user": "another user",
      },
      body: JSON.stringify({ title: "not Bert's" }),
    });
    expect([response.status, await response.json()]).toMatchObject([409, { code: "user_changed" }]);
    expect(await tasksOn(bert, "/tasks")).toHaveLength(3);
  });

  test("a page does not extend the session, whose cookie it cannot renew", async () => {
    const database = new DatabaseSync(join(example.dataFolder, "auth.sqlite"));
    onTestFinished(() => database.close());
    const days = (count: number) => new Date(Date.now() + count * 86_400_000).toISOString();
    const expiresAt = days(4);
    database.prepare("update session set expiresAt = ?, updatedAt = ?").run(expiresAt, days(-3));
    const headers = { cookie: await bert.cookieHeader() };
    const bodies = await Promise.all(
      pages.map(async (path) => (await fetch(`${example.webUrl}${path}`, { headers })).text()),
    );
    expect(bodies.every((body) => body.includes("Tasks of"))).toBe(true);
    expect(database.prepare("select distinct expiresAt from session").all()).toEqual([{ expiresAt }]);
  });

  test("another site's page cannot use the proxy", async () => {
    const response = await fetch(`${example.webUrl}/backend/api/me/tasks`, {
      method: "POST",
      headers: {
        cookie: await bert.cookieHeader(),
        origin: "https://evil.example",
        "sec-fetch-site": "cross-site",
        "content-type": "text/plain",
      },
      body: JSON.stringify({ title: "not Bert's" }),
    });
    expect([response.status, await response.json()]).toMatchObject([403, { code: "cross_site_request" }]);
    expect(await tasksOn(bert, "/same-site")).toHaveLength(3);
  });

  test("when someone else signs in in another tab, the page is loaded again for that user", async () => {
    await bert.page.goto("/browser");
    await bert.page.getByRole("listitem").first().waitFor();
    const otherTab = await bert.context.newPage();
    await signIn(otherTab, anna);
    await bert.page.getByRole("heading", { name: "Tasks of Anna" }).waitFor();
    await bert.page.getByText("Anna /browser").waitFor();
    expect(await bert.page.content()).not.toContain("Bert");
    await otherTab.close();
  });

  test("sign-out ends the pages, the calls and the token in every tab", async () => {
    const sent = anna.page.waitForRequest(
      (request) => request.url().startsWith(example.apiUrl) && request.method() === "GET",
    );
    await anna.page.goto("/browser");
    const authorization = (await (await sent).allHeaders()).authorization ?? "";
    await anna.page.getByRole("listitem").first().waitFor();
    const cookie = await anna.cookieHeader();
    const otherTab = await anna.context.newPage();
    await otherTab.addInitScript(holdBackSessionChanges);
    await otherTab.goto("/same-site");
    await otherTab.getByRole("listitem").first().waitFor();

    await otherTab.getByRole("button", { name: "Sign out" }).click();
    await otherTab.waitForURL("**/sign-in");
    await anna.page.waitForURL("**/sign-in");

    for (const path of pages) {
      await anna.page.goto(path);
      expect(new URL(anna.page.url()).pathname, path).toBe("/sign-in");
    }
    // With what someone may have copied before.
    const proxied = await fetch(`${example.webUrl}/backend/api/me/tasks`, {
      headers: { cookie, "sec-fetch-site": "same-origin" },
    });
    expect([proxied.status, await proxied.json()]).toMatchObject([401, { code: "signed_out" }]);
    await expect
      .poll(
        async () => (await fetch(`${example.apiUrl}/api/me/tasks`, { headers: { authorization } })).status,
      )
      .toBe(401);
  });
});

test("npm run dev serves the same pages, without an error in the console", async () => {
  const development = await startExample("next", {}, "dev");
  onTestFinished(development.stop);
  const clara = await signUp(browser, development.webUrl, "Clara");
  const messages: string[] = [];
  clara.page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) messages.push(message.text());
  });
  for (const path of pages) {
    await addTask(clara, path, `Clara ${path}`);
    await clara.page.reload();
    await clara.page
      .getByRole("listitem")
      .filter({ hasText: `Clara ${path}` })
      .waitFor();
  }
  expect(messages).toEqual([]);
}, 300_000);

test("what the guide shows is built by Next.js with strict types, without a secret", async () => {
  const files = filesOfGuide("nextjs");
  expect(files).toHaveLength(uncheckedBlocks("nextjs"));
  // Inside the example, whose packages it uses.
  const folder = join(folderOf("next"), ".guide");
  writeFiles(folder, [...newNextProject, ...files]);
  const build = runScript("next", "build", { NEXT_TELEMETRY_DISABLED: "1" }, [".guide"]);
  onTestFinished(async () => {
    await build.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const exitCode = await new Promise((resolve) => build.child.once("close", resolve));
  expect(exitCode, build.output()).toBe(0);
  expect(build.output()).toContain("Finished TypeScript");
}, 300_000);

test("visitors without a session get no page, whatever their cookie says", async () => {
  for (const path of pages) {
    for (const cookie of ["", "better-auth.session_token=forged.c2lnbmF0dXJl"]) {
      const response = await fetch(`${example.webUrl}${path}`, { headers: { cookie }, redirect: "manual" });
      const body = await response.text();
      expect(`${response.headers.get("location")} ${body}`, `${path} ${cookie}`).toContain("/sign-in");
      expect(body).not.toContain("Tasks of");
    }
  }
});

/** Not Better Auth's own responses, which are its matter, and not those of the API. */
function isOfWebApp(url: URL): boolean {
  return url.origin === example.webUrl && !url.pathname.startsWith("/api/auth/");
}

/** Runs `total` calls, `size` of them at a time. */
async function inGroupsOf<Result>(
  size: number,
  total: number,
  call: (index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  while (results.length < total) {
    const start = results.length;
    results.push(...(await Promise.all(Array.from({ length: size }, (_, offset) => call(start + offset)))));
  }
  return results;
}
