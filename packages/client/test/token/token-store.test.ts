import { expect, onTestFinished, test, vi } from "vitest";
import { clientOf } from "../support/client.ts";
import { startServer } from "../support/server.ts";
import { NOON, tokenOf, tokensInTurn } from "../support/tokens.ts";

const now = () => NOON;

test("sends the request unchanged, with the token", async () => {
  const api = await startServer();
  const client = clientOf({ baseURL: api.url, now, ...tokensInTurn(tokenOf("a")) });

  const response = await client("tasks?status=open", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"title":"Tea"}',
  });

  expect(await response.text()).toBe("ok");
  expect(api.received).toMatchObject([
    {
      method: "POST",
      url: "/tasks?status=open",
      headers: { authorization: `Bearer ${tokenOf("a")}`, "content-type": "application/json" },
      body: '{"title":"Tea"}',
    },
  ]);
});

test("caches the token until 30 s before its `exp`, by the `now` option", async () => {
  const api = await startServer();
  const source = tokensInTurn(tokenOf("a", 300), tokenOf("b", 900));
  let clock = NOON;
  const client = clientOf({ baseURL: api.url, now: () => clock, getToken: source.getToken });

  await client("1");
  clock = NOON + 269_999;
  await client("2");
  expect(source.calls).toBe(1);

  clock = NOON + 270_000;
  await client("3");
  expect(api.tokens()).toEqual([tokenOf("a", 300), tokenOf("a", 300), tokenOf("b", 900)]);
});

test("looks up the global `Date.now` and `fetch` at each call", async () => {
  const source = tokensInTurn(tokenOf("a", 300), tokenOf("b", 900));
  const client = clientOf({ baseURL: "https://api.example.com", getToken: source.getToken });
  const sent: (string | null)[] = [];
  const fetching = vi.spyOn(globalThis, "fetch").mockImplementation(async (request) => {
    sent.push((request as Request).headers.get("authorization"));
    return new Response("ok");
  });
  const clock = vi.spyOn(Date, "now").mockReturnValue(NOON);
  onTestFinished(() => [fetching, clock].forEach((spy) => void spy.mockRestore()));

  await client("1");
  clock.mockReturnValue(NOON + 269_999);
  await client("2");
  clock.mockReturnValue(NOON + 270_000);
  await client("3");

  expect(sent).toEqual(
    [tokenOf("a", 300), tokenOf("a", 300), tokenOf("b", 900)].map((token) => `Bearer ${token}`),
  );
});

test("shares one getToken call between concurrent calls", async () => {
  const api = await startServer();
  const source = tokensInTurn(tokenOf("a"));
  const client = clientOf({ baseURL: api.url, now, getToken: source.getToken });

  await Promise.all(Array.from({ length: 10 }, (_, index) => client(`${index}`)));

  expect(source.calls).toBe(1);
  expect(api.tokens()).toEqual(Array(10).fill(tokenOf("a")));
});

test.each([
  "opaque",
  "a.b.c",
  `a.${btoa("null")}.c`,
  `a.${btoa('{"exp":"soon"}')}.c`,
  `a.${btoa('{"exp":1e999}')}.c`,
])("sends a token without a readable `exp` and does not cache it: %s", async (token) => {
  const api = await startServer();
  const source = tokensInTurn(token.replaceAll("=", ""));
  const client = clientOf({ baseURL: api.url, now, getToken: source.getToken });

  await client("1");
  await client("2");

  expect(source.calls).toBe(2);
  expect(api.tokens()).toEqual(Array(2).fill(token.replaceAll("=", "")));
});

test("rejects with getToken's own error, and runs getToken again a second later", async () => {
  const api = await startServer();
  let clock = NOON;
  const failure = new TypeError("Failed to fetch");
  let signedOut = 0;
  const client = clientOf({
    baseURL: api.url,
    now: () => clock,
    onSignedOut: () => signedOut++,
    ...tokensInTurn(failure, tokenOf("a")),
  });

  await expect(client("1")).rejects.toBe(failure);
  clock += 1000;
  expect((await client("2")).status).toBe(200);
  expect(api.received).toHaveLength(1);
  expect(signedOut).toBe(0);
});

test("rejects text that is not a bearer token, without quoting it", async () => {
  const api = await startServer();
  const client = clientOf({ baseURL: api.url, now, ...tokensInTurn("secret\r\nx-injected: 1") });

  const failure = await client("1").catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(TypeError);
  expect(String(failure)).not.toContain("secret");
  expect(api.received).toHaveLength(0);
});

test("clearToken removes the token, including one that is being fetched", async () => {
  const api = await startServer();
  let answerFirst: (token: string) => void = () => undefined;
  const answers = [
    new Promise<string>((resolve) => (answerFirst = resolve)),
    Promise.resolve(tokenOf("second user")),
  ];
  const client = clientOf({ baseURL: api.url, now, getToken: async () => answers.shift() });

  const ofFirstUser = client("first").catch((error: unknown) => error);
  client.clearToken();
  expect((await client("second")).status).toBe(200);
  answerFirst(tokenOf("first user"));

  expect(await ofFirstUser).toMatchObject({ code: "signed_out" });
  await client("third");
  expect(api.tokens()).toEqual([tokenOf("second user"), tokenOf("second user")]);
});

test("after refresh, the next call fetches a new token, and calls in progress continue", async () => {
  const api = await startServer();
  let answerFirst: (token: string) => void = () => undefined;
  const answers = [
    new Promise<string>((resolve) => (answerFirst = resolve)),
    Promise.resolve(tokenOf("after the change")),
  ];
  const client = clientOf({ baseURL: api.url, now, getToken: async () => answers.shift() });

  const inProgress = client("first");
  client.refresh();
  await client("second");
  answerFirst(tokenOf("before the change"));

  expect((await inProgress).status).toBe(200);
  await client("third");
  expect(api.tokens()).toEqual(
    ["after the change", "before the change", "after the change"].map((id) => tokenOf(id)),
  );
});

test("an aborted call stops waiting for the token, and other calls still get it", async () => {
  const api = await startServer();
  let fetches = 0;
  let answer: (token: string) => void = () => undefined;
  const client = clientOf({
    baseURL: api.url,
    now,
    getToken: () => {
      fetches += 1;
      return new Promise<string>((resolve) => (answer = resolve));
    },
  });
  const abort = new AbortController();

  const aborted = client("aborted", { signal: abort.signal });
  const other = client("other");
  abort.abort();

  await expect(aborted).rejects.toMatchObject({ name: "AbortError" });
  answer(tokenOf("a"));
  expect((await other).status).toBe(200);
  client.clearToken();
  fetches = 0;
  await expect(client("late", { signal: abort.signal })).rejects.toMatchObject({ name: "AbortError" });
  expect(fetches).toBe(0);
  expect(api.received.map(({ url }) => url)).toEqual(["/other"]);
});

test("rejects when getToken exceeds getTokenTimeout, and the next call tries again", async () => {
  const api = await startServer();
  const answers: (() => Promise<string>)[] = [() => new Promise(() => undefined), async () => tokenOf("a")];
  let signedOut = 0;
  const client = clientOf({
    baseURL: api.url,
    now,
    getTokenTimeout: 50,
    onSignedOut: () => signedOut++,
    getToken: () => (answers.shift() ?? (async () => null))(),
  });

  const waiting = await Promise.allSettled([client("1"), client("2")]);

  expect(waiting).toMatchObject([
    { status: "rejected", reason: { name: "TokenUnavailableError", code: "token_unavailable" } },
    { status: "rejected", reason: { name: "TokenUnavailableError", code: "token_unavailable" } },
  ]);
  expect((await client("3")).status).toBe(200);
  expect(api.tokens()).toEqual([tokenOf("a")]);
  expect(signedOut).toBe(0);
});

test("ignores a token that getToken returns after getTokenTimeout", async () => {
  const api = await startServer();
  let answerLate: (token: string) => void = () => undefined;
  const answers = [
    new Promise<string>((resolve) => (answerLate = resolve)),
    Promise.resolve(tokenOf("in time")),
  ];
  const client = clientOf({
    baseURL: api.url,
    now,
    getTokenTimeout: 50,
    getToken: () => answers.shift() ?? null,
  });

  await expect(client("1")).rejects.toMatchObject({ code: "token_unavailable" });
  await client("2");
  answerLate(tokenOf("late"));
  await client("3");

  expect(api.tokens()).toEqual([tokenOf("in time"), tokenOf("in time")]);
});

test("getToken may throw synchronously, or return a token or a thenable", async () => {
  const api = await startServer();
  const failure = new Error("no storage");
  const answers = [
    () => {
      throw failure;
    },
    () => tokenOf("itself", 10),
    () =>
      ({
        // biome-ignore lint/suspicious/noThenProperty: that is what a thenable is.
        then: (resolve: (token: string) => void) => resolve(tokenOf("thenable", 10)),
      }) as PromiseLike<string>,
  ];
  let clock = NOON;
  const client = clientOf({
    baseURL: api.url,
    now: () => clock,
    getToken: () => (answers.shift() ?? (() => null))(),
  });

  await expect(client("1")).rejects.toBe(failure);
  clock += 1000;
  await client("2");
  await client("3");

  expect(api.tokens()).toEqual([tokenOf("itself", 10), tokenOf("thenable", 10)]);
});

test.each([0, -1, Number.NaN, 300_001])("createApiClient rejects getTokenTimeout: %d", (getTokenTimeout) => {
  const make = () => clientOf({ baseURL: "https://api.example.com", getTokenTimeout, getToken: () => null });
  expect(make).toThrow("getTokenTimeout must be milliseconds, from 1 to 300000");
});

test("aborts a call even if fetch ignores its signal", async () => {
  const client = clientOf({
    baseURL: "https://api.example.com",
    now,
    fetch: () => new Promise<Response>(() => undefined),
    ...tokensInTurn(tokenOf("a")),
  });
  await expect(client("tasks", { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
    name: "TimeoutError",
  });
});

test("createApiClient rejects a getToken that is not a function", () => {
  const options = { baseURL: "https://api.example.com" } as unknown as Parameters<typeof clientOf>[0];
  expect(() => clientOf(options)).toThrow("getToken must be a function");
});

test("aborts a call while the body of a 401 never ends", async () => {
  const api = await startServer((_request, response) => {
    response.writeHead(401, { "content-type": "application/problem+json" }).write('{"code":');
  });
  const client = clientOf({ baseURL: api.url, now, ...tokensInTurn(tokenOf("a")) });
  await expect(client("tasks", { signal: AbortSignal.timeout(100) })).rejects.toMatchObject({
    name: "TimeoutError",
  });
});
