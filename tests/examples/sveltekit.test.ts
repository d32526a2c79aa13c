import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { launchBrowser } from "@usher-auth/e2e/browser";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { addTask, type BrowserUser, signUp } from "./support/browser-user.ts";
import { type StartedExample, startExample } from "./support/start-example.ts";
import { type Person, personOf, send } from "./sveltekit/person.ts";

let example: StartedExample;
let browser: Browser;

beforeAll(async () => {
  [example, browser] = await Promise.all([startExample("sveltekit"), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await example?.stop();
});

/** The addresses of all responses to a browser that contain a JWT. */
async function tokensOf({ responses }: BrowserUser): Promise<string[]> {
  const isToken = /\beyJ[\w-]+\.[\w-]+\.[\w-]+/;
  const withToken = (await responses()).filter(({ headers, body }) =>
    isToken.test(`${JSON.stringify(headers)} ${body}`),
  );
  return withToken.map(({ url }) => url.href);
}

async function signUpAll<Names extends string[]>(...names: Names) {
  const people = names.map(async (name) =>
    personOf(await signUp(browser, example.webUrl, name), example.webUrl),
  );
  return (await Promise.all(people)) as { [Index in keyof Names]: Person };
}

/** Errors that a page reports from now on: of its scripts, and what its content security policy blocks. */
function problemsOf(page: Page): string[] {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`${message.text()} (${message.location().url})`);
  });
  return problems;
}

test("lists, creates, completes and deletes tasks, and the browser never sees a token", async () => {
  const ada = await signUp(browser, example.webUrl, "Ada");
  const { page } = ada;
  const problems = problemsOf(page);
  const tasks = page.getByRole("list", { name: "Tasks" }).getByRole("listitem");
  await addTask(ada, "/", "Write the first program");
  await addTask(ada, "/", "Buy milk");
  await page.getByRole("button", { name: "Complete Write the first program" }).click();
  await tasks.locator("s").getByText("Write the first program").waitFor();
  await page.getByRole("button", { name: "Delete Buy milk" }).click();
  await tasks.getByText("Buy milk").waitFor({ state: "detached" });

  // The page's scripts run, and its event stream is open: one that opens after the sign-out would get a 401.
  const stream = page.waitForResponse((response) => response.url().endsWith("/events"));
  await page.reload();
  await stream;
  expect(await tasks.count()).toBe(1);
  const signInHeading = page.getByRole("heading", { name: "Sign in" });
  await page.getByRole("button", { name: "Sign out" }).click();
  await signInHeading.waitFor();
  await page.goto("/");
  await signInHeading.waitFor();
  expect(await tokensOf(ada)).toEqual([]);
  expect(problems).toEqual([]);
});

test("another tab sees a change as an event, and stores a file through the proxy", async () => {
  const grace = await signUp(browser, example.webUrl, "Grace");
  const { page, context } = grace;
  const other = await context.newPage();
  const problems = problemsOf(other);
  const stream = other.waitForResponse((response) => response.url().endsWith("/events"));
  await other.goto("/");
  expect((await stream).status()).toBe(200);
  await addTask(grace, "/", "Find the moth");
  await other.getByText("Find the moth").waitFor();

  const content = Buffer.alloc(3_000_000, "moth");
  await other
    .getByLabel("Choose a file")
    .setInputFiles({ name: "moth.bin", mimeType: "application/octet-stream", buffer: content });
  await other.getByText("Stored moth.bin").waitFor();
  await page.getByText("3000000 bytes").waitFor();
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "moth.bin" }).click();
  const downloaded = await buffer(await (await download).createReadStream());
  expect(downloaded.equals(content)).toBe(true);
  expect(await tokensOf(grace)).toEqual([]);
  expect(problems).toEqual([]);
});

test("an event stream starts with a change, because the page may be older than the stream", async () => {
  const [carol] = await signUpAll("Carol");
  const { body } = await send(carol, `/backend/api/${carol.id}/events`);
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const { value } = await reader.read();
  await reader.cancel();
  expect(new TextDecoder().decode(value)).toMatch(/^event: change\n/);
});

test("two users get 200 interleaved responses, and none has anything of the other", async () => {
  const people = await signUpAll("Alice", "Bob");
  for (const person of people) {
    const body = new URLSearchParams({ title: `secret of ${person.name}` });
    expect((await send(person, "/?/create", { method: "POST", body })).status).toBe(200);
  }
  const answers = await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      const person = people[index % 2] as Person;
      const path = index % 4 < 2 ? "/" : `/backend/api/${person.id}/tasks`;
      const response = await send(person, path);
      return {
        index,
        status: response.status,
        cache: response.headers.get("cache-control"),
        text: await response.text(),
      };
    }),
  );
  for (const { index, status, cache, text } of answers) {
    const [own, other] = index % 2 === 0 ? people : people.toReversed();
    expect(status).toBe(200);
    expect(text).toContain(`secret of ${own?.name}`);
    expect(text).not.toContain(`secret of ${other?.name}`);
    expect(text).not.toContain(other?.id);
    expect(cache).toMatch(/no-store/);
  }
});

test("no user gets the tasks of another, nor a token, and nobody gets any when signed out", async () => {
  const [alice, bob] = await signUpAll("Alison", "Robert");
  expect((await send(alice, `/backend/api/${bob.id}/tasks`)).status).toBe(403);
  expect((await send(alice, "/api/auth/token")).status).toBe(404);
  expect((await send(alice, "/api/auth/get-session")).headers.has("set-auth-jwt")).toBe(false);
  await send(alice, "/api/auth/sign-out", {
    method: "POST",
    body: "{}",
    headers: { "content-type": "application/json" },
  });
  const response = await send(alice, `/backend/api/${alice.id}/tasks`);
  expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([401, "signed_out"]);
});

test("SvelteKit or the proxy refuses requests of other sites that have the user's cookie", async () => {
  const [alice] = await signUpAll("Alicia");
  const form = "application/x-www-form-urlencoded";
  const attempts = [
    { path: "/?/create", headers: { "content-type": form } },
    { path: `/backend/api/${alice.id}/tasks`, headers: { "content-type": form } },
    { path: `/backend/api/${alice.id}/tasks`, headers: { "content-type": "application/json" } },
    { path: `/backend/api/${alice.id}/tasks`, headers: {} },
  ];
  for (const { path, headers } of attempts) {
    for (const site of ["cross-site", "same-site"]) {
      const response = await send(alice, path, {
        method: "POST",
        body: '{"title":"forged"}',
        headers: { ...headers, origin: "https://evil.example", "sec-fetch-site": site },
      });
      expect(response.status, path).toBe(403);
    }
  }
  const tasks = await send(alice, `/backend/api/${alice.id}/tasks`);
  expect(await tasks.json()).toEqual([]);
});

test("a form on another site changes nothing for a signed-in user", async () => {
  const { page, context } = await signUp(browser, example.webUrl, "Joan");
  // As a cookie without SameSite, which Chromium sends with forms of other sites for two minutes.
  const cookies = await context.cookies();
  await context.clearCookies();
  await context.addCookies(cookies.map(({ sameSite: _, ...cookie }) => ({ ...cookie })));
  const site = createServer((_request, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<form method="POST" action="${example.webUrl}/?/create">
      <input name="title" value="forged"><button>Win</button></form>`);
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void site.close());
  const other = await context.newPage();
  await other.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}`);
  const answer = other.waitForResponse((response) => response.request().method() === "POST");
  await other.getByRole("button", { name: "Win" }).click();
  const refused = await answer;
  expect(await refused.request().headerValue("cookie")).toContain("session_token");
  expect(refused.status()).toBe(403);
  await page.reload();
  expect(await page.getByText("forged").count()).toBe(0);
});
