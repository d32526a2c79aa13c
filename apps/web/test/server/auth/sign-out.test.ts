import { readFileSync } from "node:fs";
import { join } from "node:path";
import { remoteJwks, sharedSecret } from "@usher-auth/verify";
import { expect, test, vi } from "vitest";
import { logoutEndpoints } from "../../../src/server/auth/logout-endpoints.ts";
import { createLog } from "../../../src/server/log.ts";
import { Browser } from "../browser.ts";
import { openLogoutListener } from "../logout-listener.ts";
import { environment, runningWeb, secret, temporaryFolder } from "../web.ts";
import { WebProcess } from "../web-process.ts";

const within = { timeout: 30_000 };
const person = { email: "ada@example.com", name: "Ada", password: "correct horse battery" };
const silent = createLog("silent");

test.for([
  { kind: "the shared secret", USHER_KEYS: "secret" },
  { kind: "a key pair", USHER_KEYS: "jwks" },
])("notifies the API of a sign-out, signed with $kind", async ({ USHER_KEYS }) => {
  const listener = await openLogoutListener();
  const web = await runningWeb({ API_URL: listener.apiUrl, USHER_KEYS });
  const keys = USHER_KEYS === "jwks" ? remoteJwks(`${web.url}/api/auth/jwks`) : sharedSecret(secret);
  listener.trust(keys, web.url);
  const browser = new Browser(web.url);
  await browser.signUp("ada@example.com");
  const sid = await browser.sessionId();
  expect((await browser.request("POST", "/api/auth/sign-out")).status).toBe(200);
  await vi.waitFor(() => expect(listener.ended).toEqual([sid]), within);
  expect(listener.statuses).toEqual([200]);
});

test("a user may delete their account, which ends their sessions at the API too", async () => {
  const listener = await openLogoutListener();
  const web = await runningWeb({ API_URL: listener.apiUrl });
  listener.trust(sharedSecret(secret), web.url);
  const browser = new Browser(web.url);
  await browser.signUp("ada@example.com");
  const sid = await browser.sessionId();
  const wrong = await browser.request("POST", "/api/auth/delete-user", { password: "another password" });
  expect(wrong.status).toBe(400);
  const { password } = person;
  expect((await browser.request("POST", "/api/auth/delete-user", { password })).status).toBe(200);
  await vi.waitFor(() => expect(listener.ended).toContain(sid), within);
  expect((await browser.signIn("ada@example.com")).status).toBe(401);
});

test("a sign-out survives an outage of the API and kill -9 of the web process", async () => {
  const listener = await openLogoutListener();
  await listener.close();
  const env = environment({
    API_URL: listener.apiUrl,
    DATA_DIR: join(temporaryFolder(), "data"),
    BETTER_AUTH_URL: "http://localhost:3900",
  });
  listener.trust(sharedSecret(secret), "http://localhost:3900");
  const first = new WebProcess(env);
  const origin = { origin: "http://localhost:3900" };
  const browser = new Browser(await first.url());
  await browser.request("POST", "/api/auth/sign-up/email", person, origin);
  const sid = await browser.sessionId();
  expect((await browser.request("POST", "/api/auth/sign-out", {}, origin)).status).toBe(200);
  first.signal("SIGKILL");
  await first.ended;

  await listener.open();
  const second = new WebProcess(env);
  await second.url();
  await vi.waitFor(() => expect(listener.ended).toEqual([sid]), within);
  second.signal("SIGTERM");
  expect((await second.ended).code).toBe(0);
});

test("the endpoint is API_URL with /backchannel-logout", () => {
  expect(logoutEndpoints("https://api.example.com", [], silent)).toEqual([
    "https://api.example.com/backchannel-logout",
  ]);
  expect(logoutEndpoints("https://example.com/api/", [], silent)).toEqual([
    "https://example.com/api/backchannel-logout",
  ]);
  expect(logoutEndpoints("http://localhost:3001", [], silent)).toEqual([
    "http://localhost:3001/backchannel-logout",
  ]);
});

const table = new URL("../../../../../conformance/hosts.json", import.meta.url);
const { vectors } = JSON.parse(readFileSync(table, "utf8")) as {
  readonly vectors: readonly {
    readonly name: string;
    readonly url: string;
    readonly allowInsecureHosts: readonly string[];
    readonly refuses?: "url" | "allowInsecureHosts";
  }[];
};
// `readConfig` accepts http and https URLs only, and refuses the other lists.
const urls = vectors.filter(
  ({ url, refuses }) => /^https?:$/.test(URL.parse(url)?.protocol ?? "") && refuses !== "allowInsecureHosts",
);

test.each(urls)("over plain http, only this machine and an allowed host have one: $name", (vector) => {
  const { url, allowInsecureHosts, refuses } = vector;
  const warnings: string[] = [];
  const log = { ...silent, warn: (message: string) => warnings.push(message) };
  const isRefused = refuses === "url";
  expect(logoutEndpoints(url, allowInsecureHosts, log)).toHaveLength(isRefused ? 0 : 1);
  expect(warnings.join("").includes("USHER_ALLOW_INSECURE_HOSTS")).toBe(isRefused);
});
