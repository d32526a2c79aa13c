import { join } from "node:path";
import { remoteJwks, sharedSecret } from "@usher-auth/verify";
import { expect, test, vi } from "vitest";
import { logoutEndpoints } from "../../../src/server/auth/logout-endpoints.ts";
import { createLog } from "../../../src/server/log.ts";
import { Browser } from "../browser.ts";
import { openReceiver } from "../logout-listener.ts";
import { environment, runningWeb, secret, temporaryFolder } from "../web.ts";
import { WebProcess } from "../web-process.ts";

const patience = { timeout: 30_000 };
const person = { email: "ada@example.com", name: "Ada", password: "correct horse battery" };
const silent = createLog("silent");

test.for([
  { kind: "the shared secret", USHER_KEYS: "secret" },
  { kind: "a key pair", USHER_KEYS: "jwks" },
])("the API is told of a sign-out at once, by $kind", async ({ USHER_KEYS }) => {
  const receiver = await openReceiver();
  const web = await runningWeb({ API_URL: receiver.apiUrl, USHER_KEYS });
  const keys = USHER_KEYS === "jwks" ? remoteJwks(`${web.url}/api/auth/jwks`) : sharedSecret(secret);
  receiver.trust(keys, web.url);
  const browser = new Browser(web.url);
  await browser.signUp("ada@example.com");
  const sid = await browser.sessionId();
  expect((await browser.request("POST", "/api/auth/sign-out")).status).toBe(200);
  await vi.waitFor(() => expect(receiver.ended).toEqual([sid]), patience);
  expect(receiver.statuses).toEqual([200]);
});

test("a sign-out that was acknowledged survives the API's absence and kill -9 of the web process", async () => {
  const receiver = await openReceiver();
  await receiver.close();
  const env = environment({
    API_URL: receiver.apiUrl,
    DATA_DIR: join(temporaryFolder(), "data"),
    BETTER_AUTH_URL: "http://localhost:3900",
  });
  receiver.trust(sharedSecret(secret), "http://localhost:3900");
  const first = new WebProcess(env);
  const origin = { origin: "http://localhost:3900" };
  const browser = new Browser(await first.url());
  await browser.request("POST", "/api/auth/sign-up/email", person, origin);
  const sid = await browser.sessionId();
  expect((await browser.request("POST", "/api/auth/sign-out", {}, origin)).status).toBe(200);
  first.signal("SIGKILL");
  await first.ended;

  await receiver.open();
  const second = new WebProcess(env);
  await second.url();
  await vi.waitFor(() => expect(receiver.ended).toEqual([sid]), patience);
  second.signal("SIGTERM");
  expect((await second.ended).code).toBe(0);
});

test("the address is the API's and /backchannel-logout; over plain http to another machine there is none", () => {
  expect(logoutEndpoints("https://api.example.com", silent)).toEqual([
    "https://api.example.com/backchannel-logout",
  ]);
  expect(logoutEndpoints("https://example.com/api/", silent)).toEqual([
    "https://example.com/api/backchannel-logout",
  ]);
  expect(logoutEndpoints("http://localhost:3001", silent)).toEqual([
    "http://localhost:3001/backchannel-logout",
  ]);
  expect(logoutEndpoints("http://api.example.com", silent)).toEqual([]);
  expect(logoutEndpoints("http://localhost.example.com", silent)).toEqual([]);
});
