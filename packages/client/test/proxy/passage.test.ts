import { afterEach, describe, expect, test, vi } from "vitest";
import { type ApiProxyOptions, apiProxy } from "../../src/server.ts";
import { fromPage, outcome, proxyTo, site, token } from "./support.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function streamOf(...chunks: (string | Error)[]): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      pull(controller) {
        const chunk = chunks.shift();
        if (chunk instanceof Error) controller.error(chunk);
        else if (chunk === undefined) controller.close();
        else controller.enqueue(new TextEncoder().encode(chunk));
      },
    },
    { highWaterMark: 0 },
  );
}

function upload(body: ReadableStream | string | null, headers: Record<string, string> = {}): Request {
  return fromPage("/backend/files", { method: "POST", body, duplex: "half" } as RequestInit, headers);
}

function partsOf({ method, url, headers, signal }: Request) {
  return { method, url, headers, signal };
}

/** An API that reads the body before it answers with it. */
const echo = async (request: Request): Promise<Response> => new Response(await request.text());

describe("a body", () => {
  test("is passed on with its stated length", async () => {
    const { proxy, sent } = proxyTo(echo);
    const request = upload(streamOf("ab", "cde"), { "content-length": "5" });
    expect(await outcome(await proxy(request))).toBe("200 abcde");
    expect(sent[0]?.headers.get("content-length")).toBe("5");
  });

  test("of no bytes is none", async () => {
    const { proxy } = proxyTo((request) => new Response(String(request.body)));
    expect(await outcome(await proxy(upload(streamOf())))).toBe("200 null");
    expect(await outcome(await proxy(upload(streamOf(), { "content-length": "0" })))).toBe("200 null");
    expect(await outcome(await proxy(upload(null)))).toBe("200 null");
  });

  test.for([
    ["states more bytes than the limit", streamOf("x"), "11", "413 content_too_large"],
    ["has more bytes than the limit", streamOf("123456", "78901"), undefined, "413 content_too_large"],
    [
      "has more bytes than the limit and fewer stated",
      streamOf("123456", "78901"),
      "6",
      "413 content_too_large",
    ],
    ["is shorter than stated", streamOf("12345"), "6", "408 request_incomplete"],
    ["is longer than stated", streamOf("12345", "67"), "6", "408 request_incomplete"],
    ["fails", streamOf("12345", new Error("gone")), "6", "408 request_incomplete"],
    ["fails at once", streamOf(new Error("gone")), undefined, "408 request_incomplete"],
    ["is exactly at the limit", streamOf("1234567890"), "10", "200 1234567890"],
  ] as const)("that %s", async ([, body, length, result]) => {
    const { proxy, errors } = proxyTo(echo, { maxRequestBytes: 10 });
    const headers = length === undefined ? {} : { "content-length": length };
    expect(await outcome(await proxy(upload(body, headers)))).toBe(result);
    expect(errors).toEqual([]);
  });

  test("can be cloned by a fetch of the application", async () => {
    const { proxy } = proxyTo(
      async (request) => new Response((await request.clone().text()) + (await request.text())),
    );
    expect(await outcome(await proxy(upload(streamOf("ab", "c"))))).toBe("200 abcabc");
  });

  test("that has been read already is the application's mistake", async () => {
    const { proxy } = proxyTo(echo);
    const request = upload("12345");
    await request.text();
    await expect(proxy(request)).rejects.toThrow(/has been read/);
    const parsed = { ...partsOf(upload(null, { "content-length": "5" })), body: null } as Request;
    await expect(proxy(parsed)).rejects.toThrow(/has been read/);
  });
});

describe("the API", () => {
  const hanging = () => new Promise<never>(() => {});

  test("that does not answer is a 504, and its request is aborted", async () => {
    vi.useFakeTimers();
    let signal: AbortSignal | undefined;
    const { proxy, errors } = proxyTo((request) => {
      signal = request.signal;
      return hanging();
    });
    const answer = proxy(fromPage("/backend/tasks")).then(outcome);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await answer).toBe("504 api_timeout");
    expect(signal?.aborted).toBe(true);
    expect(errors).toEqual([{ code: "api_timeout", error: undefined }]);
  });

  test("has time as long as the body arrives, and a browser that stalls is a 408", async () => {
    vi.useFakeTimers();
    const { proxy } = proxyTo(echo, { timeout: 1000 });
    let chunks = 0;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, chunks < 5 ? 900 : 1100));
        chunks += 1;
        controller.enqueue(new Uint8Array(1));
      },
    });
    const answer = proxy(upload(body)).then(outcome);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await answer).toBe("408 request_incomplete");
    expect(chunks).toBeGreaterThanOrEqual(5);
  });

  test("that answers after the timeout is not left open", async () => {
    vi.useFakeTimers();
    const cancel = vi.fn();
    const { proxy } = proxyTo(
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 2000));
        return new Response(new ReadableStream({ cancel }));
      },
      { timeout: 1000 },
    );
    const answer = proxy(fromPage("/backend/tasks")).then(outcome);
    await vi.advanceTimersByTimeAsync(3000);
    expect(await answer).toBe("504 api_timeout");
    expect(cancel).toHaveBeenCalledOnce();
  });

  test("gets an abort when the browser is gone", async () => {
    const browser = new AbortController();
    let signal: AbortSignal | undefined;
    const { proxy, errors } = proxyTo((request) => {
      signal = request.signal;
      return hanging();
    });
    const answer = proxy(fromPage("/backend/tasks", { signal: browser.signal }));
    await vi.waitFor(() => expect(signal).toBeDefined());
    browser.abort();
    expect(await outcome(await answer)).toBe("408 request_incomplete");
    expect([signal?.aborted, errors]).toEqual([true, []]);
  });

  test("gets nothing if the browser is gone before", async () => {
    const { proxy } = proxyTo();
    const request = fromPage("/backend/tasks", { signal: AbortSignal.abort() });
    expect(await outcome(await proxy(request))).toBe("408 request_incomplete");
  });

  test.for([
    ["throws", () => Promise.reject(new TypeError("fetch failed"))],
    ["returns nothing", () => undefined],
    ["returns text", () => "tasks"],
    ["returns an error", () => Response.error()],
    ["returns a status that none can have", () => ({ status: 999, headers: new Headers(), body: null })],
    ["returns a status without its headers", () => ({ status: 200 })],
    ["switches protocols", () => ({ status: 101, headers: new Headers(), body: null })],
  ] satisfies [string, () => unknown][])("is a 502 if fetch %s", async ([, answer]) => {
    const { proxy, errors } = proxyTo(answer);
    expect(await outcome(await proxy(fromPage("/backend/tasks")))).toBe("502 api_unavailable");
    expect(errors).toEqual([{ code: "api_unavailable", error: expect.any(Error) }]);
  });

  test.for([204, 205, 304])("has no body with status %i", async (status) => {
    const { proxy } = proxyTo(() => new Response(null, { status, headers: { etag: '"1"' } }));
    const response = await proxy(fromPage("/backend/tasks"));
    expect([response.status, response.body, response.headers.get("etag")]).toEqual([status, null, '"1"']);
  });

  test("has no body for HEAD, and the length stays", async () => {
    const { proxy, sent } = proxyTo(() => new Response(null, { headers: { "content-length": "70" } }));
    const response = await proxy(fromPage("/backend/tasks", { method: "HEAD" }));
    expect([response.body, response.headers.get("content-length")]).toEqual([null, "70"]);
    expect(sent[0]?.method).toBe("HEAD");
  });

  test.for([400, 401, 403, 404, 409, 418, 429, 500, 503])("answers %i itself", async (status) => {
    const { proxy } = proxyTo(() => Response.json({ code: "own" }, { status }));
    const response = await proxy(fromPage("/backend/tasks"));
    expect([response.status, await response.json()]).toEqual([status, { code: "own" }]);
  });

  test("is sent to without cookies, without a cache, and redirects are the browser's", async () => {
    const requests: Request[] = [];
    const { proxy } = proxyTo((request) => {
      requests.push(request);
      return new Response(null, { status: 307, headers: { location: "https://other.example/" } });
    });
    const response = await proxy(fromPage("/backend/tasks"));
    expect(response.headers.get("location")).toBe("https://other.example/");
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ redirect: "manual", cache: "no-store" });
  });
});

describe("a problem of the proxy", () => {
  test("has only static text, and may not be cached", async () => {
    const { proxy } = proxyTo(() => Promise.reject(new Error(`secret ${token}`)));
    const response = await proxy(fromPage("/backend/tasks?x=canary"));
    expect(Object.fromEntries(response.headers)).toEqual({
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
      "content-type": "application/problem+json",
      "cross-origin-resource-policy": "same-origin",
      vary: "Cookie",
      "x-content-type-options": "nosniff",
    });
    expect(await response.json()).toEqual({
      type: "urn:usher-auth:error:api_unavailable",
      title: "API unavailable",
      status: 502,
      code: "api_unavailable",
      detail: "The API could not be reached, or its response was invalid.",
    });
  });

  test.for([
    [
      "throws",
      () => {
        throw new Error("listener");
      },
    ],
    ["rejects", () => Promise.reject(new Error("listener"))],
  ] as const)("is the same if onError %s", async ([, onError]) => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { proxy } = proxyTo(() => Promise.reject(new Error("down")), { onError });
    expect(await outcome(await proxy(fromPage("/backend/tasks")))).toBe("502 api_unavailable");
    await vi.waitFor(() => expect(log).toHaveBeenCalledOnce());
  });

  test("is logged by default, if it is a failure", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const options = { onError: undefined } as unknown as Partial<ApiProxyOptions>;
    await proxyTo(() => Promise.reject(new Error("down")), options).proxy(fromPage("/backend/tasks"));
    await proxyTo(undefined, options).proxy(fromPage("/other"));
    expect(log.mock.calls).toEqual([
      ["@usher-auth/client: apiProxy answered api_unavailable", expect.objectContaining({ message: "down" })],
    ]);
  });
});

describe("options", () => {
  const getToken = () => token;

  test("a missing baseURL is an error of the first request, not of the module", async () => {
    for (const baseURL of [undefined, ""]) {
      const proxy = apiProxy({ getToken, baseURL });
      await expect(proxy(fromPage("/backend/tasks"))).rejects.toThrow(/baseURL is not set/);
    }
  });

  test.for([
    [{ baseURL: "http://api.example.com" }, /baseURL must be https/],
    [{ baseURL: "/v1" }, /baseURL must be an absolute URL/],
    [{ timeout: 0 }, /timeout must be milliseconds/],
    [{ timeout: 300_001 }, /timeout must be milliseconds/],
    [{ timeout: "60" as unknown as number }, /timeout must be milliseconds/],
    [{ auth: { api: {} } } as object, /either auth or getToken/],
    [{ getToken: undefined } as object, /either auth or getToken/],
    [{ getToken: "a token" } as object, /getToken must be a function/],
    [{ maxRequestBytes: -1 }, /maxRequestBytes must be/],
    [{ maxRequestBytes: Number.NaN }, /maxRequestBytes must be/],
    [{ maxRequestBytes: "10" as unknown as number }, /maxRequestBytes must be/],
    [{ allowInsecureHosts: ["*"] }, /allowInsecureHosts/],
  ] as const)("%j is refused at once", ([options, message]) => {
    expect(() => apiProxy({ getToken, baseURL: "https://api.example.com", ...options })).toThrow(message);
  });

  test("allowInsecureHosts allows plain http by name", async () => {
    const { proxy, sent } = proxyTo(undefined, { baseURL: "http://api:3001", allowInsecureHosts: ["api"] });
    await proxy(new Request(`${site}/backend/tasks`, { headers: { "sec-fetch-site": "same-origin" } }));
    expect(sent[0]?.url).toBe("http://api:3001/tasks");
  });
});
