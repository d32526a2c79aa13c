import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestApi, type TestApi } from "./support/api.ts";
import { expectProblem } from "./support/problem.ts";
import { untouchableDatabase } from "./support/untouchable-database.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi(untouchableDatabase, (app) => {
    // Routes whose author did not think of tokens.
    app.get("/forgotten", () => "secret");
    app.route({ method: ["PUT", "DELETE"], url: "/api/:userId/forgotten", handler: () => "secret" });
    app.register(async (child) => child.get("/forgotten-in-a-plugin", () => "secret"), { prefix: "/deep" });
  });
});
afterAll(() => api.close());

test("a route without options requires a token, wherever it is added", async () => {
  for (const url of ["/forgotten", "/deep/forgotten-in-a-plugin"]) {
    const refused = await api.app.inject(url);
    expectProblem(refused, 401, "credentials_missing");
    expect(refused.headers["www-authenticate"]).toBe('Bearer realm="api"');
    const headers = { authorization: `Bearer ${api.issuer.tokenFor("ada")}` };
    expect((await api.app.inject({ url, headers })).body).toBe("secret");
  }
});

test("a route with :userId and no other option only accepts that user", async () => {
  const headers = { authorization: `Bearer ${api.issuer.tokenFor("ada")}` };
  expectProblem(
    await api.app.inject({ method: "PUT", url: "/api/bob/forgotten", headers }),
    403,
    "owner_mismatch",
  );
  expect((await api.app.inject({ method: "PUT", url: "/api/ada/forgotten", headers })).body).toBe("secret");
});

test("the public routes are exactly this list", () => {
  const open = api.app.usher.routes().filter((route) => route.public && route.method !== "HEAD");
  expect(open.map((route) => `${route.method} ${route.url}`).sort()).toEqual([
    "GET /docs",
    "GET /docs/",
    "GET /docs/js/scalar.js",
    "GET /favicon.ico",
    "GET /health/live",
    "GET /health/ready",
    "GET /openapi.json",
    "POST /backchannel-logout",
  ]);
});

test("every route below /api has :userId in its path and only accepts that user", () => {
  const routes = api.app.usher.routes().filter((route) => route.url.startsWith("/api"));
  expect(routes.length).toBeGreaterThanOrEqual(8);
  for (const route of routes) expect(route).toMatchObject({ public: false, ownerParams: ["userId"] });
});

const operations = [
  ["GET", "/tasks"],
  ["HEAD", "/tasks"],
  ["POST", "/tasks"],
  ["GET", "/tasks/11111111-1111-4111-8111-111111111111"],
  ["PUT", "/tasks/11111111-1111-4111-8111-111111111111"],
  ["PATCH", "/tasks/11111111-1111-4111-8111-111111111111/complete"],
  ["DELETE", "/tasks/11111111-1111-4111-8111-111111111111"],
] as const;

describe.each(operations)("%s %s", (method, path) => {
  const send = (authorization?: string) =>
    api.app.inject({ method, url: `/api/ada${path}`, ...(authorization && { headers: { authorization } }) });

  test.each([
    ["no token", () => undefined, 401, "credentials_missing"],
    ["another scheme", () => "Basic YWRhOnB3", 401, "credentials_missing"],
    [
      "a tampered token",
      () => `Bearer ${api.issuer.tokenFor("ada", { tampered: true })}`,
      401,
      "signature_invalid",
    ],
    [
      "an expired token",
      () => `Bearer ${api.issuer.tokenFor("ada", { expired: true })}`,
      401,
      "token_expired",
    ],
    [
      "another audience",
      () => `Bearer ${api.issuer.tokenFor("ada", { wrongAudience: true })}`,
      401,
      "audience_rejected",
    ],
    [
      "another issuer",
      () => `Bearer ${api.issuer.tokenFor("ada", { wrongIssuer: true })}`,
      401,
      "issuer_rejected",
    ],
    ["another user's token", () => `Bearer ${api.issuer.tokenFor("bob")}`, 403, "owner_mismatch"],
  ])("rejects %s", async (_what, authorization, status, code) => {
    const answer = await send(authorization());
    expect(answer.statusCode).toBe(status);
    expect(answer.headers["www-authenticate"]).toMatch(/^Bearer realm="api"/);
    if (method !== "HEAD") expectProblem(answer, status, code);
  });
});

test("an unknown path is a 401 without a token and a 404 with one", async () => {
  expectProblem(await api.app.inject("/api/ada/unknown"), 401, "credentials_missing");
  expectProblem(await api.call("ada", "GET", "/unknown"), 404, "not_found");
  expectProblem(await api.app.inject({ method: "PROPFIND", url: "/docs" }), 401, "credentials_missing");
});

describe("a browser", () => {
  const origin = "https://app.example.com";
  const preflight = (from: string) =>
    api.app.inject({
      method: "OPTIONS",
      url: "/api/ada/tasks",
      headers: {
        origin: from,
        "access-control-request-method": "PUT",
        "access-control-request-headers": "authorization",
      },
    });

  test("on the web app's origin gets an answer to its preflight without a token", async () => {
    const answer = await preflight(origin);
    expect(answer.statusCode).toBe(204);
    expect(answer.headers).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
      "access-control-allow-headers": "authorization, content-type, x-request-id",
    });
    expect(answer.headers["access-control-allow-credentials"]).toBeUndefined();
  });

  test("can read an error response, its challenge and its request id", async () => {
    const answer = await api.app.inject({ url: "/api/ada/tasks", headers: { origin } });
    expectProblem(answer, 401, "credentials_missing");
    expect(answer.headers["access-control-allow-origin"]).toBe(origin);
    expect(answer.headers["access-control-expose-headers"]).toBe(
      "location, retry-after, www-authenticate, x-request-id",
    );
  });

  test("on any other origin gets no CORS headers", async () => {
    for (const from of [
      "https://evil.example",
      "null",
      "https://app.example.com.evil.example",
      "http://app.example.com",
    ]) {
      expect((await preflight(from)).headers["access-control-allow-origin"]).toBeUndefined();
      const answer = await api.app.inject({ url: "/health/live", headers: { origin: from } });
      expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    }
  });

  test("an OPTIONS request that is not a preflight goes through the guard", async () => {
    expectProblem(
      await api.app.inject({ method: "OPTIONS", url: "/api/ada/tasks" }),
      401,
      "credentials_missing",
    );
    expectProblem(
      await api.app.inject({ method: "OPTIONS", url: "/health/live", headers: { origin } }),
      401,
      "credentials_missing",
    );
    expectProblem(await api.call("ada", "OPTIONS", "/tasks"), 404, "not_found");
  });
});
