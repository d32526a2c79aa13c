import { createAuthClient } from "better-auth/client";
import { jwtClient } from "better-auth/client/plugins";
import { describe, expect, test } from "vitest";
import { betterAuthToken, TokenUnavailableError } from "../../src/index.ts";
import { clientOf } from "../support/client.ts";
import { startServer } from "../support/server.ts";
import { NOON, tokenOf } from "../support/tokens.ts";

/** A client with Better Auth's client, whose `/token` answers this. Its clock moves only by hand. */
async function start(answer: (path: string) => Response | Promise<Response>) {
  let requests = 0;
  let signOuts = 0;
  const clock = { now: NOON };
  const customFetchImpl: typeof fetch = async (input) => {
    const { pathname } = new URL(String(input));
    if (pathname.endsWith("/token")) requests += 1;
    return await answer(pathname);
  };
  const authClient = createAuthClient({
    baseURL: "https://app.example.com",
    plugins: [jwtClient()],
    fetchOptions: { customFetchImpl },
  });
  const api = await startServer();
  const client = clientOf({
    baseURL: api.url,
    now: () => clock.now,
    getToken: betterAuthToken(authClient),
    getTokenTimeout: 100,
    onSignedOut: () => signOuts++,
  });
  return { client, clock, requests: () => requests, signOuts: () => signOuts };
}

const failures: Record<string, () => Response | Promise<Response>> = {
  "429 with Retry-After: 30": () => new Response("{}", { status: 429, headers: { "retry-after": "30" } }),
  "500": () => new Response("{}", { status: 500 }),
  "503 without Retry-After": () => new Response("<h1>down</h1>", { status: 503 }),
  "an HTML page with status 200": () =>
    new Response("<!doctype html>", { headers: { "content-type": "text/html" } }),
  "no network": () => Promise.reject(new TypeError("Failed to fetch")),
};

describe.each(Object.entries(failures))("an issuer that answers with %s", (_name, answer) => {
  test("gets one token request for 50 concurrent calls and 50 later ones, and signs no user out", async () => {
    const { client, requests, signOuts } = await start(answer);

    const calls = Array.from({ length: 50 }, () => client("tasks").catch((error: unknown) => error));
    const errors = await Promise.all(calls);
    for (let call = 0; call < 50; call++) errors.push(await client("tasks").catch((error: unknown) => error));

    // All with the same error, which says what happened.
    expect(new Set(errors).size).toBe(1);
    expect(errors[0]).toBeInstanceOf(Error);
    expect([requests(), signOuts()]).toEqual([1, 0]);
  });
});

test("an issuer that hangs gets one token request for 50 concurrent calls, and one for the next call", async () => {
  const { client, requests, signOuts } = await start(() => new Promise(() => undefined));
  const calls = Array.from({ length: 50 }, () => client("tasks").catch((error: unknown) => error));
  expect(await Promise.all(calls)).toEqual(Array(50).fill(expect.any(TokenUnavailableError)));
  expect(requests()).toBe(1);
  await expect(client("tasks")).rejects.toBeInstanceOf(TokenUnavailableError);
  expect([requests(), signOuts()]).toEqual([2, 0]);
});

test.each([
  [undefined, 1],
  ["0", 1],
  ["12", 12],
  ["86400", 60],
])("after a 503 with Retry-After %s, the next token request is %d s later", async (retryAfter, seconds) => {
  let down = true;
  const { client, clock, requests } = await start(() => {
    const headers: Record<string, string> = retryAfter === undefined ? {} : { "retry-after": retryAfter };
    return down ? new Response("{}", { status: 503, headers }) : Response.json({ token: tokenOf("a") });
  });
  await expect(client("1")).rejects.toMatchObject({ status: 503 });
  down = false;
  clock.now += seconds * 1000 - 1;
  await expect(client("2")).rejects.toMatchObject({ status: 503 });
  clock.now += 1;
  expect((await client("3")).status).toBe(200);
  expect(requests()).toBe(2);
});

test("clearToken ends the pause after a failure, and refresh does not", async () => {
  const { client, requests } = await start(() => new Response("{}", { status: 500 }));
  await client("1").catch(() => undefined);
  client.refresh();
  await client("2").catch(() => undefined);
  expect(requests()).toBe(1);
  client.clearToken();
  await client("3").catch(() => undefined);
  expect(requests()).toBe(2);
});

test("a clock that is set back ends the pause", async () => {
  const { client, clock, requests } = await start(() => new Response("{}", { status: 500 }));
  await client("1").catch(() => undefined);
  clock.now -= 3_600_000;
  await client("2").catch(() => undefined);
  expect(requests()).toBe(2);
});

test.each([
  ["of a getToken of the application", { code: "token_unavailable", retryAfter: 5 }, 5],
  ["of another kind", { code: "other", retryAfter: 5 }, 1],
  ["without a number", { code: "token_unavailable", retryAfter: "5" }, 1],
  ["that is not an error", null, 1],
])("the pause after an error %s", async (_name, failure, seconds) => {
  let [calls, clock] = [0, NOON];
  const client = clientOf({
    baseURL: "https://api.example.com",
    now: () => clock,
    getToken() {
      calls += 1;
      throw failure;
    },
  });
  await client("1").catch(() => undefined);
  clock += seconds * 1000 - 1;
  await client("2").catch(() => undefined);
  expect(calls).toBe(1);
  clock += 1;
  await client("3").catch(() => undefined);
  expect(calls).toBe(2);
});
