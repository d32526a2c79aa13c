import { usherJwt } from "@usher-auth/issuer";
import { APIError, createAuthMiddleware } from "better-auth/api";
import { createAuthClient } from "better-auth/client";
import { jwtClient } from "better-auth/client/plugins";
import { jwt } from "better-auth/plugins/jwt";
import { Headers as UndiciHeaders } from "undici";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import {
  type BetterAuthTokenServer,
  betterAuthToken,
  type RequestHeaders,
  SignedOutError,
  serverApi,
} from "../../src/server.ts";
import { listen, startBetterAuth } from "../support/better-auth.ts";
import { startServer } from "../support/server.ts";

type Options = Parameters<typeof startBetterAuth>[0];

const userOf = (token: string | null) =>
  JSON.parse(Buffer.from(token?.split(".")[1] ?? "", "base64url").toString()) as {
    sub: string;
    email: string;
  };

/** The two forms for a server: Better Auth in this process, and Better Auth over HTTP. */
const forms: [string, (options?: Options) => Promise<Awaited<ReturnType<typeof inProcess>>>][] = [
  ["in this process", inProcess],
  ["over HTTP", overHttp],
];

async function inProcess(options?: Options) {
  const { auth, signUp, database } = await startBetterAuth(options);
  return { signUp, database, tokenFor: (headers: RequestHeaders) => betterAuthToken(auth, headers) };
}

async function overHttp(options?: Options) {
  const { serve, signUp, database } = await startBetterAuth(options);
  const authClient = createAuthClient({ baseURL: await serve(), plugins: [jwtClient()] });
  return { signUp, database, tokenFor: (headers: RequestHeaders) => betterAuthToken(authClient, headers) };
}

describe.each(forms)("Better Auth %s", (_form, start) => {
  test("gives the token of each request's own user", async () => {
    const { tokenFor, signUp } = await start();
    for (const name of ["anna", "bert"]) {
      const getToken = tokenFor(new Headers({ cookie: await signUp(name) }));
      expect(userOf(await getToken()).email).toBe(`${name}@example.com`);
    }
  });

  test("gives null when nobody is signed in, and calls reject with SignedOutError", async () => {
    const { tokenFor } = await start();
    for (const headers of [{}, { cookie: "better-auth.session_token=unknown.signature" }]) {
      const getToken = tokenFor(new Headers(headers));
      expect(await getToken()).toBeNull();
      const call = serverApi({ baseURL: "https://api.example.com" }).for(getToken);
      await expect(call("tasks")).rejects.toBeInstanceOf(SignedOutError);
    }
  });

  test("works with usherJwt() in place of jwt()", async () => {
    const { tokenFor, signUp } = await start({
      plugins: [usherJwt({ audience: "https://api.example.com" })],
    });
    const getToken = tokenFor(new Headers({ cookie: await signUp("anna") }));
    expect(userOf(await getToken())).toMatchObject({ aud: "https://api.example.com" });
    expect(await tokenFor(new Headers())()).toBeNull();
  });

  test("fetches one token for the calls of a request, and another for one that was rejected", async () => {
    let issued = 0;
    const definePayload = () => ({ nonce: ++issued });
    const { tokenFor, signUp } = await start({
      plugins: [usherJwt({ audience: "a", claims: definePayload })],
    });
    const getToken = tokenFor(new Headers({ cookie: await signUp("anna") }));

    const [first, second] = await Promise.all([getToken(), getToken({ rejected: undefined })]);
    expect(second).toBe(first);
    expect(await getToken()).toBe(first);
    const third = await getToken({ rejected: first as string });
    expect(third).not.toBe(first);
    expect(await getToken({ rejected: first as string })).toBe(third);
  });

  test("a database that fails is no sign-out", async () => {
    const { tokenFor, signUp, database } = await start();
    const cookie = await signUp("anna");
    database.close();
    const error = await tokenFor(new Headers({ cookie }))().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "token_unavailable", status: 500 });
  });

  test.each([
    ["jwt()", jwt()],
    ["usherJwt()", usherJwt({ audience: "a" })],
  ])(
    "does not extend the session, whose cookie the browser would not get, with %s",
    async (_name, plugin) => {
      const session = { updateAge: 0, expiresIn: 3600 };
      const { tokenFor, signUp, database } = await start({ plugins: [plugin], session });
      const cookie = await signUp("anna");
      const expiresAt = new Date(Date.now() + 1_800_000).toISOString();
      database.prepare("update session set expiresAt = ?").run(expiresAt);
      expect(await tokenFor(new Headers({ cookie }))()).not.toBeNull();
      expect(database.prepare("select expiresAt from session").get()).toEqual({ expiresAt });
    },
  );

  test("keeps status and Retry-After of a limit", async () => {
    const before = createAuthMiddleware(async ({ path }) => {
      if (path === "/token") throw new APIError("TOO_MANY_REQUESTS", {}, { "Retry-After": "17" });
    });
    const { tokenFor, signUp } = await start({ hooks: { before } });
    await expect(tokenFor(new Headers({ cookie: await signUp("anna") }))()).rejects.toMatchObject({
      code: "token_unavailable",
      status: 429,
      retryAfter: 17,
    });
  });

  test("a hook that fails with an error of another service is no sign-out", async () => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    onTestFinished(() => log.mockRestore());
    const before = createAuthMiddleware(async ({ path }) => {
      if (path === "/token" || path === "/get-session")
        throw Object.assign(new Error("The other service answered 401"), { status: 401, statusCode: 401 });
    });
    const { tokenFor, signUp } = await start({ hooks: { before } });
    const token = tokenFor(new Headers({ cookie: await signUp("anna") }))();
    await expect(token).rejects.toBeInstanceOf(Error);
  });

  test("reads headers of Next.js, of undici and of a Map, once", async () => {
    const { tokenFor, signUp } = await start();
    const cookie = await signUp("anna");
    const mutable = new Headers({ cookie });
    for (const headers of [
      sealedLikeNext({ cookie }),
      new UndiciHeaders({ cookie }),
      new Map([["cookie", cookie]]),
    ])
      expect(userOf(await tokenFor(headers)()).email).toBe("anna@example.com");

    const getToken = tokenFor(mutable);
    mutable.set("cookie", await signUp("bert"));
    expect(userOf(await getToken()).email).toBe("anna@example.com");
  });
});

/** `await headers()` of Next.js: a Proxy of a subclass, whose methods that change it throw. */
function sealedLikeNext(init: Record<string, string>): Headers {
  class HeadersAdapter extends Headers {}
  return new Proxy(new HeadersAdapter(init), {
    get(target, name) {
      if (["append", "delete", "set"].includes(String(name))) return () => expect.unreachable();
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

describe("Better Auth over HTTP", () => {
  const authClientOf = (baseURL: string) => createAuthClient({ baseURL, plugins: [jwtClient()] });
  const signedIn = new Headers({ cookie: "session=1" });

  test("gets only the cookie and the authorization of the request", async () => {
    const issuer = await startServer((_request, response) =>
      response.writeHead(200, { "content-type": "application/json" }).end('{"token":"eyJ.opaque"}'),
    );
    const headers = new Headers({
      cookie: "session=1",
      authorization: "Bearer session",
      host: "app.example.com",
      "x-forwarded-for": "192.0.2.1",
      "x-forwarded-host": "evil.example",
      "content-length": "7",
      "x-private": "1",
    });
    expect(await betterAuthToken(authClientOf(issuer.url), headers)()).toBe("eyJ.opaque");
    const sent = issuer.received[0]?.headers ?? {};
    expect(sent).toMatchObject({ cookie: "session=1", authorization: "Bearer session" });
    expect(Object.keys(sent).filter((name) => /^x-|content-length/.test(name))).toEqual([]);
    expect(sent.host).toBe(new URL(issuer.url).host);
  });

  test("is not asked for a request without either, not even with a credential of the client's own", async () => {
    const issuer = await startServer();
    const authClient = createAuthClient({
      baseURL: issuer.url,
      plugins: [jwtClient()],
      fetchOptions: { headers: { cookie: "session=of-the-deployer" } },
    });
    expect(await betterAuthToken(authClient, new Headers({ accept: "text/html" }))()).toBeNull();
    expect(issuer.received).toEqual([]);
  });

  test.each([
    ["headers", { headers: { Cookie: "session=deployer", Authorization: "Bearer deployer" } }],
    ["auth", { auth: { type: "Bearer", token: () => "deployer" } as const }],
  ])("gets no credential of the client's own `%s` with a request", async (_option, fetchOptions) => {
    const issuer = await startServer((_request, response) =>
      response.writeHead(200, { "content-type": "application/json" }).end('{"token":"eyJ.opaque"}'),
    );
    const authClient = createAuthClient({ baseURL: issuer.url, plugins: [jwtClient()], fetchOptions });
    await betterAuthToken(authClient, new Headers({ cookie: "session=anna" }))();
    await betterAuthToken(authClient, new Headers({ authorization: "Bearer bert" }))();
    expect(issuer.received.map(({ headers }) => [headers.cookie, headers.authorization])).toEqual([
      ["session=anna", undefined],
      [undefined, "Bearer bert"],
    ]);
  });

  test("that is limited, fails or answers something else, is no sign-out", async () => {
    const answers: [number, Record<string, string>, string][] = [
      [429, { "x-retry-after": "9" }, '{"message":"Too many requests."}'],
      [500, {}, ""],
      [503, { "content-type": "text/html" }, "<h1>Bad gateway</h1>"],
      [200, { "content-type": "text/html" }, "<h1>Welcome</h1>"],
      [200, { "content-type": "application/json" }, '{"token":5}'],
      [200, { "content-type": "application/json" }, '{"token":"'],
      [200, {}, ""],
    ];
    for (const [status, headers, body] of answers) {
      const url = await listen((_request, response) => response.writeHead(status, headers).end(body));
      const getToken = betterAuthToken(authClientOf(url), signedIn);
      const error = await getToken().catch((thrown: unknown) => thrown);
      expect(error, body).toMatchObject({ code: "token_unavailable" });
      if (status === 429) expect(error).toMatchObject({ status, retryAfter: 9 });
    }
  });

  test.each([
    ["a page of a proxy", 200, "<h1>Welcome</h1>"],
    ["a session", 200, '{"session":{"id":"1"},"user":{"id":"1"}}'],
    ["a limit", 429, "{}"],
    ["an outage", 503, "{}"],
    ["an answer for others", 403, "{}"],
  ])("that refuses a token, and for the session has %s, is no sign-out", async (_name, status, body) => {
    const url = await listen((request, response) =>
      request.url?.includes("/token")
        ? response.writeHead(401).end()
        : response.writeHead(status, { "content-type": "application/json" }).end(body),
    );
    await expect(betterAuthToken(authClientOf(url), signedIn)()).rejects.toMatchObject({
      code: "token_unavailable",
    });
  });

  test.each([
    [200, "null"],
    [200, '{"session":null,"user":null}'],
    [401, "{}"],
    [404, ""],
  ])(
    "that refuses a token, and for the session has status %d and %s, is a sign-out",
    async (status, body) => {
      const url = await listen((request, response) =>
        request.url?.includes("/token")
          ? response.writeHead(401).end()
          : response.writeHead(status, { "content-type": "application/json" }).end(body),
      );
      expect(await betterAuthToken(authClientOf(url), signedIn)()).toBeNull();
    },
  );

  test("whose client has an error without a status is no sign-out", async () => {
    const token = async () => ({ data: null, error: { status: 401 } });
    const getSession = async () => ({ data: null, error: { message: "Fetch error" } });
    await expect(betterAuthToken({ token, getSession }, signedIn)()).rejects.toMatchObject({
      code: "token_unavailable",
    });
  });

  test("that cannot be reached rejects with fetch's own error", async () => {
    await expect(betterAuthToken(authClientOf("http://127.0.0.1:1"), signedIn)()).rejects.toBeInstanceOf(
      TypeError,
    );
  });
});

test("Better Auth that hangs fails after 10 seconds, and is then asked again", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  let attempts = 0;
  const getToken = async () => {
    attempts += 1;
    return attempts === 1 ? await new Promise<never>(() => undefined) : { token: "eyJ" };
  };
  const forRequest = betterAuthToken({ api: { getToken } }, new Headers());
  const calls = [forRequest(), forRequest()].map((call) =>
    expect(call).rejects.toMatchObject({ code: "token_unavailable" }),
  );
  await vi.advanceTimersByTimeAsync(10_000);
  await Promise.all(calls);
  expect(await forRequest()).toBe("eyJ");
  expect(attempts).toBe(2);
});

test("names the plugin that a server lacks, when it is constructed", async () => {
  const { auth } = await startBetterAuth({ plugins: [] });
  expect(() => betterAuthToken(auth as BetterAuthTokenServer, new Headers())).toThrow(
    "needs a Better Auth server with the plugin jwt() or usherJwt()",
  );
});

test.each([
  ["undefined", undefined],
  ["a promise, as of Next.js", Promise.resolve(new Headers())],
  ["the headers of Node", { cookie: "a=b" }],
  ["a list of pairs, which would have no cookie", [["cookie", "a=b"]]],
])("refuses headers that are %s", async (_name, headers) => {
  const server = { api: { getToken: async () => ({ token: "eyJ" }) } };
  const client = { token: async () => ({ data: { token: "eyJ" } }) };
  for (const auth of [server, client])
    expect(() => betterAuthToken(auth, headers as never)).toThrow(
      "needs the Headers of the request: request.headers, in Next.js await headers(), and with node:http",
    );
});

test("an invalid header is refused without its value, which may be a cookie", () => {
  const server = { api: { getToken: async () => ({ token: "eyJ" }) } };
  const headers = new Map([["cookie", "session=secret\nvalue"]]);
  expect(() => betterAuthToken(server, headers)).toThrow(/^The header cookie of the request is invalid$/);
});
