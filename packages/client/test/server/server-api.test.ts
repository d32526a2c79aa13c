import { setTimeout as pause } from "node:timers/promises";
import { createAuthClient } from "better-auth/client";
import { jwtClient } from "better-auth/client/plugins";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import {
  betterAuthToken,
  DestinationError,
  SignedOutError,
  serverApi,
  TokenUnavailableError,
} from "../../src/server.ts";
import { rejectingWith, startServer } from "../support/server.ts";
import { tokenOf } from "../support/tokens.ts";

const noToken = () => expect.unreachable("getToken must not be called");
const streamOf = (text: string) => new Response(text).body as ReadableStream;

describe("the fetch for a request", () => {
  test("asks getToken for each call, and sends the current user's token", async () => {
    const api = await startServer();
    const users = ["anna", "bert", "anna"];
    const stored = serverApi({ baseURL: api.url }).for(() => tokenOf(users.shift() ?? ""));
    for (const path of ["1", "2", "3"]) await stored(path);
    expect(api.tokens()).toEqual(["anna", "bert", "anna"].map((name) => tokenOf(name)));
  });

  test("retries once with a new token, and says which was rejected", async () => {
    const api = await startServer(rejectingWith("token_revoked", (token) => token === tokenOf("old")));
    const contexts: unknown[] = [];
    const fetchApi = serverApi({ baseURL: api.url }).for((context) => {
      contexts.push(context.rejected);
      return tokenOf(context.rejected === undefined ? "old" : "new");
    });
    const init = { method: "POST", body: "Tea" };
    for (const call of [fetchApi("tasks", init), fetchApi(new Request(`${api.url}/tasks`, init))])
      expect((await call).status).toBe(200);
    expect(api.received.map(({ body }) => body)).toEqual(["Tea", "Tea", "Tea", "Tea"]);
    expect(contexts.sort()).toEqual([tokenOf("old"), tokenOf("old"), undefined, undefined]);
  });

  test("does not retry with another user's token", async () => {
    const api = await startServer(rejectingWith("token_revoked", () => true));
    const fetchApi = serverApi({ baseURL: api.url }).for(({ rejected }) =>
      rejected === undefined ? tokenOf("1", 300, "anna") : tokenOf("2", 300, "bert"),
    );
    expect((await fetchApi("tasks")).status).toBe(401);
    expect(api.tokens()).toEqual([tokenOf("1", 300, "anna")]);
  });

  test("throws SignedOutError when nobody is signed in, also for Better Auth's own error", async () => {
    const api = await startServer();
    const unauthorized = Object.assign(new Error("Unauthorized"), { name: "APIError", statusCode: 401 });
    const answers = [() => null, () => undefined, () => "", () => Promise.reject(unauthorized)];
    for (const getToken of answers) {
      const call = serverApi({ baseURL: api.url }).for(getToken)("tasks");
      await expect(call).rejects.toBeInstanceOf(SignedOutError);
    }
    expect(api.received).toEqual([]);
  });

  test("passes on any other error of getToken", async () => {
    const limited = Object.assign(new Error("Too many requests"), { name: "APIError", statusCode: 429 });
    const fetchApi = serverApi({ baseURL: "https://api.example.com" }).for(() => Promise.reject(limited));
    await expect(fetchApi("tasks")).rejects.toBe(limited);
  });

  test("gives up on a getToken that hangs, and asks it again for the next call", async () => {
    const api = await startServer();
    let calls = 0;
    const fetchApi = serverApi({ baseURL: api.url, getTokenTimeout: 20 }).for(async () => {
      calls += 1;
      return calls === 1 ? await new Promise<never>(() => undefined) : tokenOf("a");
    });
    await expect(fetchApi("tasks")).rejects.toBeInstanceOf(TokenUnavailableError);
    expect((await fetchApi("tasks")).status).toBe(200);
  });

  test("sends nothing outside baseURL, and no Authorization of the caller", async () => {
    const fetchApi = serverApi({ baseURL: "https://api.example.com/v1" }).for(noToken);
    await expect(fetchApi("https://evil.example/")).rejects.toBeInstanceOf(DestinationError);
    await expect(fetchApi("../admin")).rejects.toBeInstanceOf(DestinationError);
    await expect(fetchApi("tasks", { headers: { authorization: "Bearer x" } })).rejects.toThrow(TypeError);
  });

  test("sends no cookie of the page's request, unless the call sets credentials", async () => {
    const api = await startServer();
    const fetchApi = serverApi({ baseURL: api.url }).for(() => tokenOf("a"));
    const headers = new Headers({ "accept-language": "de", cookie: "session=secret" });
    for (const call of [
      fetchApi("tasks", { headers }),
      fetchApi(new Request(`${api.url}/tasks`, { headers })),
    ])
      await expect(call).rejects.toThrow("The request has a Cookie header");
    expect(api.received).toEqual([]);
    await fetchApi("tasks", { headers, credentials: "include" });
    expect(api.received.map((request) => request.headers.cookie)).toEqual(["session=secret"]);
  });

  test("streams a body once, and the response", async () => {
    const api = await startServer((request, response) => {
      response.write(request.body);
      setTimeout(() => response.end("end"), 10);
    });
    const fetchApi = serverApi({ baseURL: api.url }).for(() => tokenOf("a"));
    const init: RequestInit & { duplex: "half" } = { method: "PUT", body: streamOf("Tea"), duplex: "half" };
    const response = await fetchApi("tasks", init);
    const chunks: string[] = [];
    for await (const chunk of response.body ?? []) chunks.push(Buffer.from(chunk).toString());
    expect(chunks).toEqual(["Tea", "end"]);
  });

  test("rejects at once when its signal aborts, before and during a call", async () => {
    const api = await startServer(() => undefined);
    const fetchApi = serverApi({ baseURL: api.url }).for(() => tokenOf("a"));
    await expect(fetchApi("tasks", { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: "AbortError",
    });
    const controller = new AbortController();
    const call = fetchApi(new Request(`${api.url}/tasks`, { signal: controller.signal }));
    await vi.waitUntil(() => api.received.length === 1);
    controller.abort(new Error("The visitor has left"));
    await expect(call).rejects.toThrow("The visitor has left");
  });

  test("does not keep a token or a rejection after the call", async () => {
    let calls = 0;
    const fetchApi = serverApi({ baseURL: "https://api.example.com" }).for(() => {
      calls += 1;
      throw new Error(`failure ${calls}`);
    });
    for (const call of [1, 2, 3]) await expect(fetchApi("tasks")).rejects.toThrow(`failure ${call}`);
    await pause(0);
  });
});

describe("the cache mode of a request", () => {
  const modesOf = async (...calls: Parameters<ReturnType<ReturnType<typeof serverApi>["for"]>>[]) => {
    const modes: string[] = [];
    const fetchApi = serverApi({
      baseURL: "https://api.example.com",
      fetch: async ({ cache }) => {
        modes.push(cache);
        return new Response();
      },
    }).for(() => tokenOf("a"));
    for (const call of calls) await fetchApi(...call);
    return modes;
  };
  const url = "https://api.example.com/tasks";

  test("is no-store, unless the caller decides", async () => {
    expect(
      await modesOf(
        ["tasks"],
        ["tasks", { cache: "force-cache" }],
        [new Request(url)],
        [new Request(url, { cache: "reload" })],
        [new Request(url, { cache: "reload" }), { cache: "no-cache" }],
      ),
    ).toEqual(["no-store", "force-cache", "no-store", "reload", "no-cache"]);
  });

  test("is not decided by an option that is undefined", async () => {
    const cache = undefined as unknown as NonNullable<RequestInit["cache"]>;
    expect(
      await modesOf(
        ["tasks", { cache }],
        [new Request(url), { cache }],
        [new Request(url, { cache: "reload" }), { cache }],
      ),
    ).toEqual(["no-store", "no-store", "reload"]);
  });

  test("is left out where requests have no such member, as in Workers of an early date", async () => {
    const Original = Request;
    class WorkersRequest extends Original {
      constructor(input: string | Request, init: RequestInit = {}) {
        if (init.cache !== undefined) throw new Error("The 'cache' field is not implemented.");
        if (init.redirect === "error") throw new TypeError("Invalid redirect value");
        super(input, init);
      }
    }
    vi.stubGlobal("Request", WorkersRequest);
    onTestFinished(() => void vi.unstubAllGlobals());
    expect(await modesOf(["tasks"], [new Request(url)])).toEqual(["default", "default"]);
  });
});

test.each([301, 302, 303, 307, 308])(
  "a redirect (%i) that the host's fetch returns is an error, unless the caller may see it",
  async (status) => {
    const fetchApi = serverApi({
      baseURL: "https://api.example.com",
      fetch: async () => new Response(null, { status, headers: { location: "https://evil.example/" } }),
    }).for(() => tokenOf("a"));
    await expect(fetchApi("tasks")).rejects.toThrow("The API answered with a redirect");
    expect((await fetchApi("tasks", { redirect: "manual" })).status).toBe(status);
  },
);

describe("baseURL", () => {
  test.each([undefined, ""])(
    "may be %j until the first call, because builds have no environment",
    async (baseURL) => {
      const fetchApi = serverApi({ baseURL }).for(noToken);
      await expect(fetchApi("tasks")).rejects.toThrow("baseURL is not set: set it to the API's URL");
    },
  );

  test.each([
    "api.example.com",
    "http://api.example.com",
    "https://user@api.example.com",
    "https://api.example.com?a",
  ])("is refused at once if it is %s", (baseURL) => {
    expect(() => serverApi({ baseURL })).toThrow(TypeError);
  });
});

test("refuses the getToken of a page, which has no cookie on a server", () => {
  const authClient = createAuthClient({ baseURL: "https://app.example.com", plugins: [jwtClient()] });
  const api = serverApi({ baseURL: undefined });
  expect(() => api.for(betterAuthToken(authClient))).toThrow("pass the headers of the request");
  api.for(betterAuthToken(authClient, new Headers()));
});

test("refuses a getToken that is not a function, and a timeout out of range", () => {
  expect(() => serverApi({ baseURL: undefined }).for(undefined as never)).toThrow(
    "getToken must be a function",
  );
  expect(() => serverApi({ baseURL: undefined, getTokenTimeout: 0 })).toThrow("getTokenTimeout must be");
});
