import type { BetterAuthOptions } from "better-auth";
import { createAuthClient } from "better-auth/client";
import { jwtClient, organizationClient } from "better-auth/client/plugins";
import { organization } from "better-auth/plugins";
import { jwt } from "better-auth/plugins/jwt";
import { createAuthClient as createReactClient } from "better-auth/react";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type BetterAuthTokenClient, betterAuthToken, SignedOutError } from "../../src/index.ts";
import { listen, startBetterAuth } from "../support/better-auth.ts";
import { clientOf } from "../support/client.ts";
import { startServer } from "../support/server.ts";

/** A running Better Auth with the signed-in user Ada, and her session cookie. */
async function betterAuthWithAda(options: Partial<BetterAuthOptions> = {}) {
  const { serve, signUp } = await startBetterAuth(options);
  return { url: await serve(), cookie: await signUp("ada") };
}

const authClientOf = (url: string, headers: Record<string, string> = {}, more: object = {}) =>
  createAuthClient({ baseURL: url, plugins: [jwtClient()], fetchOptions: { headers, ...more } });

test("returns the token of a signed-in user, with the plain client and with React's", async () => {
  const { url, cookie } = await betterAuthWithAda();
  const react = createReactClient({
    baseURL: url,
    plugins: [jwtClient()],
    fetchOptions: { headers: { cookie } },
  });
  for (const authClient of [
    authClientOf(url, { cookie }),
    react,
    authClientOf(url, { cookie }, { throw: true }),
  ]) {
    expect(await betterAuthToken(authClient)()).toMatch(/^eyJ/);
  }
});

test("returns null after a 401, and calls reject with SignedOutError", async () => {
  const { url } = await betterAuthWithAda();
  for (const authClient of [authClientOf(url), authClientOf(url, {}, { throw: true })]) {
    expect(await betterAuthToken(authClient)()).toBeNull();
  }
  const api = clientOf({ baseURL: "https://api.example.com", getToken: betterAuthToken(authClientOf(url)) });
  await expect(api("tasks")).rejects.toBeInstanceOf(SignedOutError);
});

test("rejects with the status and retryAfter of a rate limit (429), and signs no user out", async () => {
  const rateLimit = { enabled: true, window: 60, max: 2 };
  const { url, cookie } = await betterAuthWithAda({ rateLimit });
  const reportedStatuses: number[] = [];
  const onError = ({ response }: { response: Response }) => void reportedStatuses.push(response.status);
  const getToken = betterAuthToken(
    authClientOf(url, { cookie, "x-forwarded-for": "192.0.2.1" }, { onError }),
  );
  let signedOut = 0;
  const api = clientOf({ baseURL: "https://api.example.com", getToken, onSignedOut: () => signedOut++ });

  await getToken();
  await getToken();
  const error = await api("tasks").catch((thrown: unknown) => thrown);

  expect(error).toMatchObject({ name: "TokenUnavailableError", code: "token_unavailable", status: 429 });
  expect((error as { retryAfter: number }).retryAfter).toBeGreaterThan(50);
  expect(signedOut).toBe(0);
  // The application's own listener is still called.
  expect(reportedStatuses).toEqual([429]);
});

test.each([
  [500, {}, undefined],
  [502, { "retry-after": "soon" }, undefined],
  [503, { "retry-after": "12" }, 12],
  [404, {}, undefined],
  [403, {}, undefined],
])("rejects when the issuer answers %d with %j", async (status, headers, retryAfter) => {
  const url = await listen((_request, response) =>
    response.writeHead(status, headers).end("<h1>out of order</h1>"),
  );
  for (const authClient of [authClientOf(url), authClientOf(url, {}, { throw: true })]) {
    await expect(betterAuthToken(authClient)()).rejects.toMatchObject({
      code: "token_unavailable",
      status,
      retryAfter,
    });
  }
});

test("reads a Retry-After that is a date", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2030-01-01T12:00:00Z") });
  onTestFinished(() => void vi.useRealTimers());
  const headers = { "retry-after": "Tue, 01 Jan 2030 12:01:30 GMT" };
  const url = await listen((_request, response) => response.writeHead(503, headers).end());
  await expect(betterAuthToken(authClientOf(url))()).rejects.toMatchObject({ retryAfter: 90 });
});

test("rejects a response without a token", async () => {
  const url = await listen((_request, response) =>
    response.writeHead(200, { "content-type": "application/json" }).end('{"hello":"world"}'),
  );
  await expect(betterAuthToken(authClientOf(url))()).rejects.toMatchObject({ code: "token_unavailable" });
});

test("rejects with fetch's own error without a network, and a call a second later tries again", async () => {
  const { url, cookie } = await betterAuthWithAda();
  const api = await startServer();
  let down = true;
  const customFetchImpl: typeof fetch = (input, init) => fetch(down ? "http://127.0.0.1:1/" : input, init);
  const getToken = betterAuthToken(authClientOf(url, { cookie }, { customFetchImpl }));
  let signedOut = 0;
  let clock = Date.now();
  const now = () => clock;
  const client = clientOf({ baseURL: api.url, now, getToken, onSignedOut: () => signedOut++ });

  await expect(client("tasks")).rejects.toBeInstanceOf(TypeError);
  expect(signedOut).toBe(0);
  down = false;
  clock += 1000;
  expect((await client("tasks")).status).toBe(200);
});

test.each([
  ["no server", undefined],
  ["an empty object", {}],
  ["the server of Better Auth", { api: { getToken: async () => ({ token: "eyJ" }) } }],
])("refuses %s without headers", (_name, auth) => {
  expect(() => betterAuthToken(auth as never)).toThrow(
    "betterAuthToken of @usher-auth/client takes Better Auth's client in a browser, and nothing else. On a",
  );
});

test("refuses headers, for which there is betterAuthToken of the server entry", () => {
  const client = { token: async () => ({ data: { token: "eyJ" } }) };
  const tokenOf = betterAuthToken as (...values: unknown[]) => unknown;
  for (const headers of [new Headers(), undefined])
    expect(() => tokenOf(client, headers)).toThrow("use that of @usher-auth/client/server, with the headers");
});

test("names the plugin where the server of Better Auth lacks it", async () => {
  const { url, cookie } = await betterAuthWithAda({ plugins: [] });
  await expect(betterAuthToken(authClientOf(url, { cookie }))()).rejects.toThrow(
    "status 404. Does it have the jwt() or usherJwt() plugin?",
  );
});

describe("onSessionChange", () => {
  const start = async () => {
    const plugins = [jwt(), organization()];
    const { auth, serve, signUp } = await startBetterAuth({ plugins });
    const cookie = await signUp("ada");
    const headers = { cookie, origin: "http://127.0.0.1" };
    const { createOrganization } = auth.api as unknown as Record<
      string,
      (options: object) => Promise<unknown>
    >;
    await createOrganization?.({ body: { name: "Opera", slug: "opera" }, headers: new Headers({ cookie }) });
    const authClient = createAuthClient({
      baseURL: await serve(),
      plugins: [jwtClient(), organizationClient()],
      fetchOptions: { headers },
    });
    return { authClient, cookie };
  };

  test("reports a change of organization and a sign-out in this page, until it is stopped", async () => {
    const { authClient } = await start();
    let changes = 0;
    const stop = betterAuthToken(authClient).onSessionChange?.(() => changes++);
    expect(changes).toBe(0);

    await authClient.organization.setActive({ organizationSlug: "opera" });
    await vi.waitFor(() => expect(changes).toBe(1));
    await authClient.signOut();
    await vi.waitFor(() => expect(changes).toBe(2));

    stop?.();
    authClient.$store.notify("$sessionSignal");
    expect(changes).toBe(2);
  });

  test("tells nothing of a call for a token", async () => {
    const { authClient } = await start();
    const getToken = betterAuthToken(authClient);
    let changes = 0;
    getToken.onSessionChange?.(() => changes++);
    expect(await getToken()).toMatch(/^eyJ/);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(changes).toBe(0);
  });

  test("is absent for a client without that signal, whose every property is a function", async () => {
    const requests: string[] = [];
    const everything = (path: string): object =>
      new Proxy(() => requests.push(path), { get: (_target, name) => everything(`${path}/${String(name)}`) });
    const getToken = betterAuthToken(everything("") as BetterAuthTokenClient);
    expect(getToken.onSessionChange).toBeUndefined();
    expect(requests).toEqual([]);
  });
});
