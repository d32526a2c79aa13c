import { DatabaseSync } from "node:sqlite";
import { apiKey } from "@better-auth/api-key";
import type { BetterAuthOptions, BetterAuthPlugin } from "better-auth";
import { createAuthMiddleware, getSessionFromCtx } from "better-auth/api";
import { bearer } from "better-auth/plugins/bearer";
import { customSession } from "better-auth/plugins/custom-session";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { IssuerError, type UsherJwtOptions } from "../../src/index.ts";
import { audience, Browser, baseURL, migratedInstanceWith } from "../instance.ts";
import { readJws } from "../jws.ts";

// Better Auth's router also prints errors to the console, past the instance's logger.
beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Ada, signed in at an instance whose log and database the test can access. */
async function ada(
  options: Partial<BetterAuthOptions> = {},
  plugin: Partial<UsherJwtOptions> = {},
  name = "Ada",
) {
  const logged: string[] = [];
  const log = (_level: string, ...parts: unknown[]) => logged.push(parts.map(String).join(" "));
  const database = new DatabaseSync(":memory:");
  const auth = await migratedInstanceWith({ database, logger: { log }, ...options }, { audience, ...plugin });
  const browser = new Browser(auth);
  await browser.signUp("ada@example.com", name);
  const queries = vi.spyOn(database, "prepare");
  return { auth, browser, database, logged, queries };
}

const tokenIn = (response: Response) => response.headers.get("set-auth-jwt");
const failing = () => {
  throw new Error("the directory is down");
};

describe("Cache-Control: no-store", () => {
  test("is on every answer of GET /token: 200, 401, 500 and 503", async () => {
    const { auth, browser, database } = await ada();
    const broken = (await ada({}, { claims: failing })).browser;
    const answers = [
      await browser.request("GET", "/token"),
      await new Browser(auth).request("GET", "/token"),
      await broken.request("GET", "/token"),
    ];
    database.exec(`alter table "session" rename to "elsewhere"`);
    answers.push(await browser.request("GET", "/token"));
    expect(answers.map((answer) => [answer.status, answer.headers.get("cache-control")])).toEqual([
      [200, "no-store"],
      [401, "no-store"],
      [500, "no-store"],
      [503, "no-store"],
    ]);
  });

  test("is on /get-session with a token, also when another plugin answers it", async () => {
    const plain = await (await ada()).browser.request("GET", "/get-session");
    const auth = await migratedInstanceWith({}, undefined, [customSession(async (session) => session)]);
    const browser = new Browser(auth);
    await browser.signUp();
    for (const response of [plain, await browser.request("GET", "/get-session")]) {
      expect(tokenIn(response)).toMatch(/^eyJ/);
      expect(response.headers.get("cache-control")).toBe("no-store");
    }
  });
});

describe("set-auth-jwt", () => {
  test.each([
    ["a claims function that throws", { claims: failing }, "claims failed (Error: the directory is down)"],
    [
      "claims that are too long",
      { claims: () => ({ all: "x".repeat(9000) }) },
      "characters and APIs accept 8192",
    ],
    ["a reserved claim", { claims: () => ({ sub: "root" }) }, 'must not return "sub"'],
  ])("with %s, /get-session omits the header and the log says why", async (_name, plugin, reason) => {
    const { browser, logged } = await ada({}, plugin as Partial<UsherJwtOptions>);
    const response = await browser.request("GET", "/get-session");
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ user: { email: "ada@example.com" } });
    expect(tokenIn(response)).toBeNull();
    expect(logged.join("\n")).toContain("usherJwt: /get-session is answered without set-auth-jwt");
    expect(logged.join("\n")).toContain(reason);
  });

  test("a name of 2,100 letters is truncated to 256", async () => {
    const { browser } = await ada({}, {}, `${"漢".repeat(2099)}𝒜`);
    const response = await browser.request("GET", "/get-session");
    expect(response.status).toBe(200);
    expect(readJws(tokenIn(response) ?? "").payload.name).toBe("漢".repeat(256));
    expect(readJws(await browser.token()).payload.name).toBe("漢".repeat(256));
  });

  test("a name is truncated between code points", async () => {
    const { browser } = await ada({}, {}, "𝒜".repeat(300));
    expect(readJws(await browser.token()).payload.name).toBe("𝒜".repeat(256));
  });

  test("does not issue a key pair's token that is too long for an API", async () => {
    const plugin = { algorithm: "EdDSA" as const, claims: () => ({ all: "x".repeat(9000) }) };
    const { browser } = await ada({}, plugin);
    expect((await browser.request("GET", "/token")).status).toBe(500);
    const response = await browser.request("GET", "/get-session");
    expect([response.status, tokenIn(response)]).toEqual([200, null]);
  });

  test("disableSettingJwtHeader: true omits it, as in jwt()", async () => {
    const { browser } = await ada({}, { disableSettingJwtHeader: true });
    const response = await browser.request("GET", "/get-session");
    expect([response.status, tokenIn(response)]).toEqual([200, null]);
    expect(await browser.token()).toMatch(/^eyJ/);
  });
});

test("set-auth-jwt needs no additional query", async () => {
  const counts = [];
  for (const disableSettingJwtHeader of [true, false]) {
    const { browser, queries } = await ada({}, { disableSettingJwtHeader });
    queries.mockClear();
    await browser.request("GET", "/get-session");
    counts.push(queries.mock.calls.length);
  }
  expect(counts[1]).toBe(counts[0]);
  expect(counts[0]).toBeGreaterThan(0);
});

describe("with session.cookieCache", () => {
  const session = { cookieCache: { enabled: true, maxAge: 3600 } };

  test("/get-session sends no query, and so omits set-auth-jwt", async () => {
    const { browser, queries } = await ada({ session });
    queries.mockClear();
    const response = await browser.request("GET", "/get-session");
    expect(await response.json()).toMatchObject({ user: { email: "ada@example.com" } });
    expect(queries).not.toHaveBeenCalled();
    expect(tokenIn(response)).toBeNull();
  });

  test("disableSettingJwtHeader: false sets the header, with a query", async () => {
    const { browser, queries } = await ada({ session }, { disableSettingJwtHeader: false });
    queries.mockClear();
    expect(tokenIn(await browser.request("GET", "/get-session"))).toMatch(/^eyJ/);
    expect(queries).toHaveBeenCalled();
  });

  test("/get-session answers from the cookie during an outage of the database", async () => {
    const { browser, database } = await ada({ session }, { disableSettingJwtHeader: false });
    database.exec(`alter table "session" rename to "elsewhere"`);
    const response = await browser.request("GET", "/get-session");
    expect([response.status, tokenIn(response)]).toEqual([200, null]);
  });
});

describe("an outage is not a sign-out", () => {
  test("GET /token is a 503 with Retry-After while the session cannot be looked up", async () => {
    const { browser, database } = await ada();
    database.exec(`alter table "session" rename to "elsewhere"`);
    const response = await browser.request("GET", "/token");
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
    database.exec(`alter table "elsewhere" rename to "session"`);
    expect(await browser.token()).toMatch(/^eyJ/);
  });

  test("GET /token is a 401 during an outage without a session, or with a forged cookie", async () => {
    const { auth, database } = await ada();
    database.exec(`alter table "session" rename to "elsewhere"`);
    const forged = new Headers({ cookie: "__Secure-better-auth.session_token=abc.def" });
    for (const headers of [new Headers(), forged]) {
      expect((await auth.handler(new Request(`${baseURL}/api/auth/token`, { headers }))).status).toBe(401);
    }
  });

  test("a 401 APIError that claims throws becomes a 500", async () => {
    const { APIError } = await import("better-auth/api");
    const claims = () => {
      throw new APIError("UNAUTHORIZED", { message: "the directory wants another password" });
    };
    const { browser } = await ada({}, { claims });
    const response = await browser.request("GET", "/token");
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("directory");
  });

  test("a claims function that never returns is a 503 after five seconds", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      let hangs = true;
      const claims = () => (hangs ? new Promise<never>(() => {}) : {});
      const { browser } = await ada({}, { claims });
      const answers = Promise.all([browser.request("GET", "/token"), browser.request("GET", "/get-session")]);
      await vi.waitFor(async () => {
        expect(vi.getTimerCount()).toBe(2);
      });
      await vi.advanceTimersByTimeAsync(5000);
      const [token, session] = await answers;
      expect([token.status, token.headers.get("retry-after")]).toEqual([503, "5"]);
      expect([session.status, tokenIn(session)]).toEqual([200, null]);
      hangs = false;
      expect(await browser.token()).toMatch(/^eyJ/);
    } finally {
      vi.useRealTimers();
    }
  });

  test("auth.api.getToken throws with the IssuerError as its cause", async () => {
    const { auth, browser } = await ada({}, { claims: () => ({ sub: "root" }) });
    const error = await auth.api.getToken({ headers: browser.headers }).catch((thrown: Error) => thrown);
    expect((error as Error).cause).toBeInstanceOf(IssuerError);
  });
});

test("a session in the Authorization header (bearer plugin) gets a token until it is revoked", async () => {
  const session = { cookieCache: { enabled: true, maxAge: 3600 } };
  const auth = await migratedInstanceWith({ session }, undefined, [bearer()]);
  const browser = new Browser(auth);
  const userId = await browser.signUp();
  const { session: own } = (await (await browser.request("GET", "/get-session")).json()) as {
    session: { token: string };
  };
  const headers = { authorization: `Bearer ${own.token}` };
  const ask = () => auth.handler(new Request(`${baseURL}/api/auth/token`, { headers }));
  const { token } = (await (await ask()).json()) as { token: string };
  expect(readJws(token).payload.sub).toBe(userId);
  await browser.request("POST", "/sign-out", {});
  expect((await ask()).status).toBe(401);
});

test("issues no token for a revoked session in a cookie when the header has another session", async () => {
  const reader: BetterAuthPlugin = {
    id: "reader",
    hooks: {
      before: [
        {
          matcher: () => true,
          handler: createAuthMiddleware(async (request) => void (await getSessionFromCtx(request))),
        },
      ],
    },
  };
  const auth = await migratedInstanceWith({ session: { cookieCache: { enabled: true } } }, undefined, [
    reader,
    bearer(),
  ]);
  const [stolen, thief] = [new Browser(auth), new Browser(auth)];
  await stolen.signUp();
  const cookies = stolen.headers;
  await stolen.request("POST", "/sign-out", {});
  await thief.signUp("thief@example.com", "Thief");
  const session = (await (await thief.request("GET", "/get-session")).json()) as {
    session: { token: string };
  };
  cookies.set("authorization", `Bearer ${session.session.token}`);
  const answer = await auth.handler(new Request(`${baseURL}/api/auth/token`, { headers: cookies }));
  const { token } = (await answer.json()) as { token: string };
  expect(readJws(token).payload.email).toBe("thief@example.com");
});

describe("a session of an API key (enableSessionForAPIKeys)", () => {
  async function withKey() {
    const auth = await migratedInstanceWith({}, undefined, [apiKey({ enableSessionForAPIKeys: true })]);
    const browser = new Browser(auth);
    const userId = await browser.signUp();
    const created = await browser.request("POST", "/api-key/create", { name: "nightly build" });
    const key = (await created.json()) as { id: string; key: string };
    const ask = (value: string, headers: Headers = new Headers()) => {
      headers.set("x-api-key", value);
      return auth.handler(new Request(`${baseURL}/api/auth/token`, { headers }));
    };
    return { browser, userId, key, ask };
  }

  test("gets a token, as with jwt(): sub is the user's id, and sid the key's", async () => {
    const { userId, key, ask } = await withKey();
    const response = await ask(key.key);
    expect(response.status).toBe(200);
    const { token } = (await response.json()) as { token: string };
    expect(readJws(token).payload).toMatchObject({ sub: userId, sid: key.id });
  });

  test("gets none once the key is deleted, nor does an unknown key", async () => {
    const { browser, key, ask } = await withKey();
    expect((await ask("x".repeat(64))).status).toBe(401);
    expect((await browser.request("POST", "/api-key/delete", { keyId: key.id })).status).toBe(200);
    expect((await ask(key.key)).status).toBe(401);
  });
});
