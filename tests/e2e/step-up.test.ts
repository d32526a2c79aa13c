import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath, pathToFileURL } from "node:url";
import { oauthProvider } from "@better-auth/oauth-provider";
import type { BetterAuthOptions, BetterAuthPlugin } from "better-auth";
import { admin } from "better-auth/plugins/admin";
import { anonymous } from "better-auth/plugins/anonymous";
import { organization } from "better-auth/plugins/organization";
import { twoFactor } from "better-auth/plugins/two-factor";
import type { FastifyInstance } from "fastify";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { audience, Browser, baseURL, migratedInstanceWith } from "../../packages/issuer/test/instance.ts";

// The code of docs/guide/step-up.md, and the hook of docs/guide/administrators.md, with a real Better Auth
// that has every plugin that matters here. The addresses of the guides lead to the servers of this test.

const root = fileURLToPath(new URL("../..", import.meta.url));
const password = "correct horse battery";
const minute = 60;
let folder: string;
let database: DatabaseSync;
let auth: Awaited<ReturnType<typeof migratedInstanceWith>>;
let app: FastifyInstance;
let apiFor: (email: string, askForPassword: () => Promise<string | null>) => typeof fetch;
type Before = NonNullable<NonNullable<BetterAuthOptions["hooks"]>["before"]>;

/** Whose cookies the page has. */
let page: Browser;

/** The example of a guide that imports the module, as a module of this repository. */
async function example<Exports>(
  module: string,
  { guide = "step-up.md", change = (code: string) => code } = {},
): Promise<Exports> {
  const text = await readFile(join(root, "docs/guide", guide), "utf8");
  const examples = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
  const [code = "", ...others] = examples.filter((block) => block.includes(`from "${module}"`));
  expect(others).toEqual([]);
  const file = join(folder, `${module.replaceAll(/\W/g, "-")}.ts`);
  await writeFile(file, change(code));
  return (await import(pathToFileURL(file).href)) as Exports;
}

beforeAll(async () => {
  await mkdir(join(root, "dist"), { recursive: true });
  folder = await mkdtemp(join(root, "dist/step-up-"));
  database = new DatabaseSync(":memory:");
  const { onlyUsersConnect } = await example<{ onlyUsersConnect: Before }>("better-auth/api", {
    guide: "administrators.md",
  });
  const provider = oauthProvider({ loginPage: "/login", consentPage: "/consent" });
  auth = await migratedInstanceWith(
    { database, session: { updateAge: minute }, hooks: { before: onlyUsersConnect } },
    { audience, algorithm: "EdDSA", organization: true },
    [organization(), admin(), anonymous(), twoFactor(), provider as unknown as BetterAuthPlugin],
  );
  const network = globalThis.fetch;
  vi.stubGlobal("fetch", async (...call: Parameters<typeof fetch>) => {
    const request = new Request(...call);
    const { origin, pathname } = new URL(request.url);
    if (origin === baseURL) return await page.send(request);
    if (origin !== audience) return await network(request);
    const { port } = app.server.address() as AddressInfo;
    return await network(new Request(`http://127.0.0.1:${port}${pathname}`, request));
  });
  vi.stubEnv("BETTER_AUTH_URL", baseURL);
  vi.stubEnv("API_URL", audience);
  vi.stubEnv("USHER_JWKS_URL", `${baseURL}/api/auth/jwks`);
  page = new Browser(auth);
  ({ app } = await example<{ app: FastifyInstance }>("fastify"));
  await app.listen({ host: "127.0.0.1", port: 0 });
  // This test is no browser.
  const change = (code: string) => code.replace("    getToken:", "    singleUser: true,\n    getToken:");
  ({ apiFor } = await example<{ apiFor: typeof apiFor }>("@usher-auth/client", { change }));
});
afterAll(async () => {
  await app?.close();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  page = new Browser(auth);
});
afterEach(() => vi.useRealTimers());

const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

/** The API's answer to the page's user, with a new token. */
async function ask(method: "GET" | "DELETE", userId: string) {
  const headers = { authorization: `Bearer ${await page.token()}` };
  const answer = await fetch(`${audience}/users/${userId}`, { method, headers });
  const text = await answer.text();
  const body = (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
  return { status: answer.status, challenge: answer.headers.get("www-authenticate"), body };
}

test("a recent sign-in is accepted, and an old one refused although its session was extended", async () => {
  const id = await page.signUp("ada@example.com");
  expect(await ask("DELETE", id)).toMatchObject({ status: 204 });

  const expiry = async () => {
    const session = await page.request("GET", "/get-session");
    return ((await session.json()) as { session: { expiresAt: string } }).session.expiresAt;
  };
  const before = await expiry();
  pass(10 * minute);
  expect(await expiry()).not.toBe(before);
  expect(await ask("GET", id)).toMatchObject({ status: 200, body: { id, administrator: null } });
  const refused = await ask("DELETE", id);
  expect(refused).toMatchObject({
    status: 401,
    body: { code: "reauthentication_required", max_age: 300 },
  });
  const guide = await readFile(join(root, "docs/guide/step-up.md"), "utf8");
  expect(guide).toContain(`\nWWW-Authenticate: ${refused.challenge}\n`);
  expect(guide).toContain(`\n${JSON.stringify(refused.body)}\n`);

  await page.signIn("ada@example.com");
  expect(await ask("DELETE", id)).toMatchObject({ status: 204 });
});

test("the client asks the user to sign in again, and repeats the request once", async () => {
  const id = await page.signUp("grace@example.com");
  pass(10 * minute);
  const asked = vi.fn(async (): Promise<string | null> => password);
  const api = apiFor("grace@example.com", asked);
  expect((await api(`/users/${id}`)).status).toBe(200);
  expect(asked).not.toHaveBeenCalled();
  expect((await api(`/users/${id}`, { method: "DELETE" })).status).toBe(204);
  expect((await api(`/users/${id}`, { method: "DELETE" })).status).toBe(204);
  expect(asked).toHaveBeenCalledTimes(1);

  pass(10 * minute);
  asked.mockResolvedValue(null);
  expect((await api(`/users/${id}`, { method: "DELETE" })).status).toBe(401);
});

test("a user with a second factor signs in with both steps; turning it on or off is no sign-in", async () => {
  const id = await page.signUp("edith@example.com");
  pass(10 * minute);
  const enabled = await page.request("POST", "/two-factor/enable", { password });
  const { backupCodes } = (await enabled.json()) as { backupCodes: [string, string] };
  database.prepare(`update "twoFactor" set verified = 1 where "userId" = ?`).run(id);
  database.prepare(`update "user" set "twoFactorEnabled" = 1 where id = ?`).run(id);
  expect((await ask("DELETE", id)).status).toBe(401);

  await page.signIn("edith@example.com");
  const second = await page.request("POST", "/two-factor/verify-backup-code", { code: backupCodes[0] });
  expect(second.status).toBe(200);
  expect((await ask("DELETE", id)).status).toBe(204);

  pass(10 * minute);
  expect((await page.request("POST", "/two-factor/disable", { password })).status).toBe(200);
  expect((await ask("DELETE", id)).status).toBe(401);
});

test("an impersonated session is refused, and its principal says who acts", async () => {
  const id = await page.signUp("alan@example.com");
  page = new Browser(auth);
  const adminId = await page.signUp("root@example.com");
  database.prepare(`update "user" set role = 'admin' where id = ?`).run(adminId);
  expect((await page.request("POST", "/admin/impersonate-user", { userId: id })).status).toBe(200);

  expect(await ask("GET", id)).toMatchObject({ status: 200, body: { id, administrator: adminId } });
  expect(await ask("DELETE", id)).toMatchObject({ status: 403, body: { code: "impersonation_forbidden" } });
  const connect = async () => (await page.request("GET", "/oauth2/authorize?client_id=x")).status;
  expect(await connect()).toBe(403);
  expect((await page.request("POST", "/admin/stop-impersonating", {})).status).toBe(200);
  expect(await ask("DELETE", adminId)).toMatchObject({ status: 204 });
  expect(await connect()).not.toBe(403);
});

test("an anonymous user must sign in", async () => {
  const answer = await page.request("POST", "/sign-in/anonymous", {});
  const { user } = (await answer.json()) as { user: { id: string } };
  expect((await ask("GET", user.id)).status).toBe(200);
  expect(await ask("DELETE", user.id)).toMatchObject({
    status: 401,
    body: { code: "reauthentication_required" },
  });
});
