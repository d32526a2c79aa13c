import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { AuthError, createVerifier, remoteJwks, sharedSecret } from "@usher-auth/verify";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Browser } from "../browser.ts";
import { environment, runningWeb, secret } from "../web.ts";

const apiUrl = "http://localhost:3999";
const paths = ["/dev/second-user", "/dev/tokens/expired", "/dev/tokens/other-audience", "/dev/two-headers"];

describe.each(["secret", "jwks"])("with USHER_KEYS=%s", (USHER_KEYS) => {
  async function signedIn() {
    const { url } = await runningWeb({ API_URL: apiUrl, USHER_KEYS });
    const browser = new Browser(url);
    const id = await browser.signUp("ada@example.com");
    const keys = USHER_KEYS === "jwks" ? remoteJwks(`${url}/api/auth/jwks`) : sharedSecret(secret);
    const verify = async (token: string, audience = apiUrl, later = 0) =>
      createVerifier({ keys, issuer: url, audience, clock: () => Date.now() + later }).verify(token);
    const tokenFrom = async (path: string) =>
      ((await (await browser.request("POST", path)).json()) as { token: string }).token;
    return { browser, id, verify, tokenFrom };
  }

  test("issues a token of the user's session that ends within one and a half seconds", async () => {
    const { browser, id, verify, tokenFrom } = await signedIn();
    const token = await tokenFrom("/dev/tokens/expired");
    const { claims } = await verify(token);
    expect(claims).toMatchObject({ sub: id, sid: await browser.sessionId() });
    expect(claims.exp * 1000 - Date.now()).toBeLessThanOrEqual(1500);
    await expect(verify(token, apiUrl, 6600)).rejects.toMatchObject({ code: "token_expired" });
  });

  test("issues such a token at the end of a second too: half of one is left for signing", async () => {
    const { tokenFrom, verify } = await signedIn();
    const end = Math.ceil(Date.now() / 1000) * 1000 + 999;
    vi.useFakeTimers({ toFake: ["Date"], now: end });
    onTestFinished(() => void vi.useRealTimers());
    const { claims } = await verify(await tokenFrom("/dev/tokens/expired"));
    expect(claims.exp * 1000 - end).toBeGreaterThanOrEqual(500);
  });

  test("issues a token of the user's session for another API", async () => {
    const { id, verify, tokenFrom } = await signedIn();
    const token = await tokenFrom("/dev/tokens/other-audience");
    expect((await verify(token, "https://another-api.example")).id).toBe(id);
    const refused = await verify(token).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AuthError);
    expect(refused).toMatchObject({ code: "audience_rejected" });
  });
});

test("answers 503 while the API is down, which is not the user's fault", async () => {
  const { url } = await runningWeb({ API_URL: "http://localhost:9" });
  const browser = new Browser(url);
  await browser.signUp("ada@example.com");
  for (const path of ["/dev/second-user", "/dev/two-headers"]) {
    const answer = await browser.request("POST", path);
    expect([path, answer.status, answer.headers.get("retry-after")]).toEqual([path, 503, "1"]);
  }
});

test("no one who can sign in becomes the second user", async () => {
  const requests: unknown[] = [];
  const api = createServer((request, response) => {
    requests.push(request.url);
    response.end('{"tasks":[{}]}');
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void api.close());
  await once(api, "listening");
  const { url } = await runningWeb({ API_URL: `http://127.0.0.1:${(api.address() as AddressInfo).port}` });
  const browser = new Browser(url);
  await browser.signUp("grace.hopper@second-user.example");
  for (const path of ["/dev/second-user", "/dev/two-headers"]) {
    expect([path, (await browser.request("POST", path)).status]).toEqual([path, 503]);
  }
  expect(requests).toEqual([]);
});

test("answers the page only, on this machine and with a session", async () => {
  const { url } = await runningWeb({ API_URL: apiUrl });
  const browser = new Browser(url);
  for (const path of paths) expect((await browser.request("POST", path)).status).toBe(401);
  await browser.signUp("ada@example.com");
  const refusals: [HeadersInit, number][] = [
    [{ origin: "https://evil.example" }, 403],
    [{ origin: "null" }, 403],
    [{ "x-forwarded-for": "192.0.2.1" }, 404],
    [{ forwarded: "for=192.0.2.1" }, 404],
  ];
  for (const path of paths) {
    for (const [headers, status] of refusals) {
      const answer = await browser.request("POST", path, {}, headers);
      expect([path, headers, answer.status]).toEqual([path, headers, status]);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
    }
    expect((await browser.request("GET", path)).status).toBe(404);
  }
});

test("/config.json tells the page whether the routes are there", async () => {
  const { url } = await runningWeb({ API_URL: apiUrl });
  expect(await (await fetch(`${url}/config.json`)).json()).toEqual({ apiUrl, local: true });
  const headers = { "x-forwarded-host": "app.example.com" };
  expect(await (await fetch(`${url}/config.json`, { headers })).json()).toEqual({ apiUrl });
});

test.each([
  ["in production", { NODE_ENV: "production" }],
  ["on all interfaces", { HOST: "0.0.0.0" }],
  ["under a public name", { BETTER_AUTH_URL: "https://app.example.com" }],
  ["with an API elsewhere", { API_URL: "https://api.example.com" }],
])("none of it exists %s", async (_where, changes) => {
  const { url } = await runningWeb({ API_URL: apiUrl, ...changes });
  const browser = new Browser(url);
  const origin = environment(changes).BETTER_AUTH_URL ?? url;
  const person = { email: "ada@example.com", name: "Ada", password: "correct horse battery" };
  const signUp = await browser.request("POST", "/api/auth/sign-up/email", person, { origin });
  expect(signUp.status).toBe(200);
  for (const path of paths) {
    const answer = await browser.request("POST", path, {}, { origin });
    expect([path, answer.status]).toEqual([path, 404]);
  }
  expect(await (await fetch(`${url}/config.json`)).json()).not.toHaveProperty("local");
});
