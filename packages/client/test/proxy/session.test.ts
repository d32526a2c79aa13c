import { afterEach, describe, expect, test, vi } from "vitest";
import { type ApiProxyOptions, apiProxy, TokenUnavailableError } from "../../src/server.ts";
import { tokenOf } from "../support/tokens.ts";
import { fromPage, outcome, proxyTo, token } from "./support.ts";

afterEach(() => {
  vi.useRealTimers();
});

type GetToken = NonNullable<ApiProxyOptions["getToken"]>;

async function answerOf(getToken: GetToken, headers: Record<string, string> = {}) {
  const { proxy, sent, errors } = proxyTo(undefined, { getToken });
  const response = await proxy(fromPage("/backend/tasks", {}, headers));
  return {
    outcome: await outcome(response),
    retryAfter: response.headers.get("retry-after"),
    sent: sent.length,
    errors,
  };
}

describe("without a token", () => {
  test.for<[string, GetToken]>([
    ["null", () => null],
    ["undefined", async () => undefined],
    ["an empty string", () => ""],
    [
      "Better Auth's error for nobody signed in",
      () => Promise.reject(Object.assign(new Error("x"), { name: "APIError", statusCode: 401 })),
    ],
  ])("%s is signed out", async ([, getToken]) => {
    expect(await answerOf(getToken)).toEqual({
      outcome: "401 signed_out",
      retryAfter: null,
      sent: 0,
      errors: [],
    });
  });

  const failure = new Error("no database");
  test.for<[string, GetToken, string]>([
    ["an error", () => Promise.reject(failure), "1"],
    [
      "an error that is thrown",
      () => {
        throw failure;
      },
      "1",
    ],
    ["undefined that is thrown", () => Promise.reject(undefined), "1"],
    [
      "a rate limit",
      () => Promise.reject(new TokenUnavailableError("x", { status: 429, retryAfter: 7 })),
      "7",
    ],
    ["half a second", () => Promise.reject(new TokenUnavailableError("x", { retryAfter: 0.5 })), "1"],
    ["a year", () => Promise.reject(new TokenUnavailableError("x", { retryAfter: 31_536_000 })), "3600"],
    ["no number", () => Promise.reject(new TokenUnavailableError("x", { retryAfter: Number.NaN })), "1"],
    ["a number as the token", () => 1 as never, "1"],
    ["an object as the token", () => ({ token }) as never, "1"],
    ["a token with a line break", () => `${token}\r\nx-admin: 1`, "1"],
    ["a token with a space", () => `Bearer ${token}`, "1"],
  ])("%s is a 503 to try again, never a sign-out", async ([, getToken, retryAfter]) => {
    const answer = await answerOf(getToken);
    expect(answer).toMatchObject({ outcome: "503 token_unavailable", retryAfter, sent: 0 });
    expect(answer.errors).toEqual([expect.objectContaining({ code: "token_unavailable" })]);
  });

  test("a getToken that hangs is a 503 after 10 seconds", async () => {
    vi.useFakeTimers();
    const answer = answerOf(() => new Promise(() => {}));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await answer).toMatchObject({ outcome: "503 token_unavailable", retryAfter: "1", sent: 0 });
  });
});

test("a thenable is awaited", async () => {
  // biome-ignore lint/suspicious/noThenProperty: what a user's getToken may return
  const thenable = { then: (resolve: (value: string) => void) => resolve(token) };
  expect((await answerOf(() => thenable as PromiseLike<string>)).outcome).toBe("200 tasks");
});

describe("Usher-Expected-User", () => {
  test.for([
    ["ada", "200 tasks"],
    ["bert", "409 user_changed"],
    ["Ada", "409 user_changed"],
    ["", "409 user_changed"],
    ["ada, ada", "409 user_changed"],
    ["undefined", "409 user_changed"],
  ] as const)("%j of a session of ada: %s", async ([user, result]) => {
    const answer = await answerOf(() => token, { "usher-expected-user": user });
    expect(answer).toMatchObject({ outcome: result, sent: result.startsWith("200") ? 1 : 0 });
  });

  test.for([
    ["opaque", "opaque"],
    ["without a user", tokenOf("1", 300, undefined)],
    ["with a number as its user", tokenOf("1", 300, 7)],
  ] as const)("refuses a token that is %s, because it is not known whose it is", async ([, other]) => {
    const headers = { "usher-expected-user": "undefined" };
    expect((await answerOf(() => other, headers)).outcome).toBe("409 user_changed");
    expect((await answerOf(() => other)).outcome).toBe("200 tasks");
  });

  test("counts even if Connection names it", async () => {
    const headers = { "usher-expected-user": "bert", connection: "usher-expected-user" };
    expect((await answerOf(() => token, headers)).outcome).toBe("409 user_changed");
  });
});

/** A proxy with a Better Auth server whose getToken is this. */
function proxyOf(getToken: (options: { headers: Headers; returnHeaders?: boolean }) => PromiseLike<unknown>) {
  const { sent, errors, proxy } = proxyTo(undefined, {
    getToken: undefined,
    auth: { api: { getToken } },
  } as never);
  return { sent, errors, call: (headers = {}) => proxy(fromPage("/backend/tasks", {}, headers)) };
}

describe("auth", () => {
  test("gets the request's headers without Authorization: the session is the cookie's", async () => {
    const asked: Headers[] = [];
    const { call } = proxyOf(async ({ headers }) => {
      asked.push(headers);
      return { token };
    });
    await call({ authorization: "Bearer other", "x-forwarded-host": "app.example.com" });
    expect(asked.map((headers) => headers.get("authorization"))).toEqual([null]);
    expect(asked[0]?.get("cookie")).toBe("session=1");
    expect(asked[0]?.get("x-forwarded-host")).toBe("app.example.com");
  });

  test("may extend the session: its cookies reach the browser, with the API's answer", async () => {
    const cookies = ["session=1; Max-Age=604800; HttpOnly", "data=2; Max-Age=300"];
    const { call, sent } = proxyOf(async ({ returnHeaders }) => {
      const headers = new Headers();
      for (const cookie of cookies) headers.append("set-cookie", cookie);
      return returnHeaders ? { headers, response: { token } } : { token };
    });
    const response = await call();
    expect([response.status, response.headers.getSetCookie()]).toEqual([200, cookies]);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(sent[0]?.headers.get("authorization")).toBe(`Bearer ${token}`);
  });

  test("has extended the session long ago: a late answer does not replace a newer session", async () => {
    vi.useFakeTimers();
    const headers = new Headers({ "set-cookie": "session=1" });
    const { proxy } = proxyTo(
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 6000));
        return new Response("tasks");
      },
      {
        getToken: undefined,
        auth: { api: { getToken: async () => ({ headers, response: { token } }) } },
      } as never,
    );
    const answer = proxy(fromPage("/backend/tasks"));
    await vi.advanceTimersByTimeAsync(6000);
    expect((await answer).headers.getSetCookie()).toEqual([]);
    expect(await outcome(await answer)).toBe("200 tasks");
  });

  test.for([401, 403, 429, 500, 503])("that answers %i is signed out only at 401", async (statusCode) => {
    const { call } = proxyOf(() =>
      Promise.reject(Object.assign(new Error("x"), { name: "APIError", statusCode, status: statusCode })),
    );
    expect(await outcome(await call())).toBe(statusCode === 401 ? "401 signed_out" : "503 token_unavailable");
  });

  test.for([undefined, null, "<html>", {}, { token: 1 }, { headers: new Headers() }])(
    "that answers %j is a 503",
    async (answer) => {
      const { call } = proxyOf(async () => answer);
      expect(await outcome(await call())).toBe("503 token_unavailable");
    },
  );

  test.for([undefined, null, {}, { api: {} }, 1])("is checked at once: %j is refused", (auth) => {
    const options = { auth, baseURL: "https://api.example.com" } as unknown as ApiProxyOptions;
    expect(() => apiProxy(options)).toThrow(TypeError);
  });
});
