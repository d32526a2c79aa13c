import { globSync, readFileSync } from "node:fs";
import type { Script } from "node:vm";
import { launchBrowser } from "@usher-auth/e2e/browser";
import type { Browser, Page, Request } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { folderOf, runScript } from "./support/example-process.ts";
import { bundlePhone, type Environment, type Phone, startPhone } from "./support/phone.ts";
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

test("Expo's TypeScript finds no error", async () => {
  const compiler = runScript("expo", "typecheck");
  const exitCode = await new Promise((resolve) => compiler.child.once("close", resolve));
  expect(exitCode, compiler.output()).toBe(0);
});

test.each(["android", "ios"])("Hermes' compiler accepts the app for %s", (platform) => {
  const bundles = globSync(`dist/_expo/static/js/${platform}/*.hbc`, { cwd: folderOf("expo") });
  expect(bundles).toHaveLength(1);
  // The magic number of its bytecode (BytecodeFileFormat.h).
  const bytes = readFileSync(`${folderOf("expo")}/${bundles[0]}`);
  expect(bytes.readBigUInt64LE(0)).toBe(0x1f1903c103bc1fc6n);
});

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

  test("shows the next user nothing of the previous one", async () => {
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

  test("keeps what the next user types, and their session, while it notices the sign-out", async () => {
    const sent: string[] = [];
    const watch = (request: Request) => sent.push(new URL(request.url()).pathname);
    page.on("request", watch);
    const checked = page.waitForResponse((response) => response.url().endsWith("/api/auth/token"));
    await press("Sign out");
    await page.getByLabel("E-mail").fill("anna@example.com");
    expect((await checked).status()).toBe(401);
    const sentAfterCheck = () => sent.slice(sent.indexOf("/api/auth/token"));
    await expect.poll(sentAfterCheck).toContain("/api/auth/get-session");
    await page.getByLabel("Password").fill(password);
    expect(await page.getByLabel("E-mail").inputValue()).toBe("anna@example.com");
    // A second one could arrive after the next sign-in.
    expect(sent.filter((path) => path === "/api/auth/sign-out")).toHaveLength(1);
    page.off("request", watch);
    await enter("anna@example.com", "Sign in");
  });

  test("shows the sign-in screen when the server has ended the session", async () => {
    await page.evaluate(() => fetch("/api/auth/revoke-sessions", { method: "POST" }));
    const signInButton = page.getByRole("button", { name: "Sign in" });
    // Until the API has been notified, within a second, it accepts the token.
    await vi.waitFor(async () => {
      await page
        .getByLabel("New task")
        .fill("Too late", { timeout: 200 })
        .catch(() => undefined);
      await page
        .getByRole("button", { name: "Add" })
        .click({ timeout: 200 })
        .catch(() => undefined);
      expect(await signInButton.count()).toBe(1);
    }, 10_000);
  });
});

/**
 * The app's modules without screens, with the real code of Better Auth's Expo plugin, of React Native's globals
 * and of Expo's. Only the native side is replaced: the network, SecureStore and what knows the device.
 */
describe("on a phone", () => {
  let script: Script;

  beforeAll(() => {
    script = bundlePhone();
  }, 300_000);

  const start = (environment: Environment) =>
    startPhone(script, { "10.0.2.2:3000": example.webUrl, "10.0.2.2:3001": example.apiUrl }, environment);

  test.each([
    ["Expo", true],
    ["React Native", false],
  ] as const)("%s has the globals that the client expects", (environment, isExpo) => {
    const { run } = start(environment);
    const found = (name: string) => run(`typeof ${name} !== "undefined"`);
    expect(["ReadableStream", "DOMException", "structuredClone"].map(found)).toEqual(Array(3).fill(isExpo));
    expect(["BroadcastChannel", "Buffer", "location"].map(found)).toEqual(Array(3).fill(false));
    expect(run('new URL("https://a.example/b/../c").href === "https://a.example/c"')).toBe(isExpo);
    expect(run("navigator.product")).toBe("ReactNative");
  });

  describe.each(["Expo", "Expo with React Native's fetch"] as const)("with %s", (environment) => {
    let device: ReturnType<typeof startPhone>;
    let phone: Phone;
    let anna: string;

    const person = (user: string) => ({
      email: `${user}.${environment.length}@example.com`,
      password,
      name: user,
    });
    const requestsTo = (path: string) => device.sent.filter(({ url }) => url.includes(path));

    beforeAll(async () => {
      device = start(environment);
      phone = device.phone;
      anna = (await phone.authClient.signUp.email(person("anna"))).data.user.id;
    });

    test("fetches one token, sends it to the API only, and stores the cookie only", async () => {
      await phone.tasksOf(anna).add("Tëa");
      expect(await phone.tasksOf(anna).list()).toMatchObject([{ title: "Tëa" }]);
      expect(requestsTo("/api/auth/token")).toHaveLength(1);
      const withToken = device.sent.filter(({ headers }) => tokenOf(headers) !== undefined);
      expect(new Set(withToken.map(({ url }) => new URL(url).host))).toEqual(new Set(["10.0.2.2:3001"]));
      expect(device.sent.every(({ withCredentials }) => !withCredentials)).toBe(true);
      expect(Object.keys(phone.stored())).toContain("better-auth_cookie");
      expect(JSON.stringify(phone.stored())).not.toContain("eyJ");
    });

    test("asks for the password and repeats the request", async () => {
      await new Promise((resolve) => setTimeout(resolve, RECENT_SIGN_IN * 1000));
      const removed = phone.tasksOf(anna).removeAll();
      await vi.waitFor(() => expect(phone.passwordQuestion.isOpen()).toBe(true));
      await phone.authClient.signIn.email(person("anna"));
      phone.passwordQuestion.close(true);
      expect((await removed).status).toBe(204);
      expect(await phone.tasksOf(anna).list()).toEqual([]);
    });

    test("is not signed out while there is no network", async () => {
      device.network.isOnline = false;
      await expect(phone.tasksOf(anna).list()).rejects.not.toMatchObject({ code: "signed_out" });
      device.network.isOnline = true;
      expect(await phone.tasksOf(anna).list()).toEqual([]);
    });

    test("fetches one new token after hours in the background", async () => {
      const before = requestsTo("/api/auth/token").length;
      device.run("Date.nowOfTest = Date.now; Date.now = () => Date.nowOfTest() + 8 * 3_600_000");
      await phone.tasksOf(anna).list();
      await phone.tasksOf(anna).list();
      expect(requestsTo("/api/auth/token").length).toBe(before + 1);
      device.run("Date.now = Date.nowOfTest");
    });

    test("sends nothing for one user with the token of the next", async () => {
      await phone.tasksOf(anna).list();
      const bert = (await phone.authClient.signUp.email(person("bert"))).data.user.id;
      const from = device.sent.length;
      await Promise.allSettled([phone.tasksOf(anna).list()]);
      await vi.waitFor(async () => expect(await phone.tasksOf(bert).list()).toEqual([]));
      const isForOwnUser = device.sent.slice(from).flatMap(({ url, headers }) => {
        const payload = tokenOf(headers)?.split(".")[1];
        return payload === undefined ? [] : [url.includes(JSON.parse(atob(payload)).sub)];
      });
      expect(isForOwnUser).not.toContain(false);
      expect(isForOwnUser).toContain(true);
    });

    test("deletes the cookie when the server has ended the session", async () => {
      const cookie = await phone.authClient.getCookie();
      const headers = { cookie, origin: example.webUrl };
      const response = await fetch(`${example.webUrl}/api/auth/revoke-sessions`, { method: "POST", headers });
      expect(response.status).toBe(200);
      await vi.waitFor(async () => {
        await Promise.allSettled([phone.tasksOf(anna).list()]);
        expect(phone.stored()["better-auth_cookie"]).toBe("{}");
      }, 5_000);
    });
  });

  test("without Expo, the client uses React Native's fetch and refuses paths outside", async () => {
    const { phone } = start("React Native");
    const { id, token } = await userOnServer(example.webUrl);
    const api = phone.createApiClient({
      baseURL: "http://10.0.2.2:3001/users",
      allowInsecureHosts: ["10.0.2.2"],
      getToken: async () => token,
    });
    const headers = { "content-type": "application/json" };
    expect((await api(`${id}/tasks`, { method: "POST", body: '{"title":"Tea"}', headers })).status).toBe(201);
    expect(await (await api(`/${id}/tasks`)).json()).toMatchObject([{ title: "Tea" }]);
    expect(await phone.readProblem(await api("another/tasks"))).toMatchObject({ code: "owner_mismatch" });
    await expect(api("../openapi.json")).rejects.toMatchObject({ code: "destination_refused" });
  });
});

function tokenOf(headers: readonly [string, string][]): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === "authorization")?.[1].replace("Bearer ", "");
}

/** Signs up a user, and gets a token, as an app with its own sign-in would. */
async function userOnServer(webUrl: string): Promise<{ id: string; token: string }> {
  const headers = { "content-type": "application/json", origin: webUrl };
  const body = JSON.stringify({ email: "carol@example.com", password, name: "Carol" });
  const signedUp = await fetch(`${webUrl}/api/auth/sign-up/email`, { method: "POST", headers, body });
  const cookie = signedUp.headers.getSetCookie().map((line) => line.split(";")[0]);
  const answer = await fetch(`${webUrl}/api/auth/token`, { headers: { cookie: cookie.join("; ") } });
  return { id: (await signedUp.json()).user.id, token: (await answer.json()).token };
}
