import { DrizzleQueryError } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { loggingOptions } from "../../src/http/logging.ts";
import { openTestApi, type TestApi } from "../support/api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi(undefined, (app) => {
    app.get("/careless", { config: { public: true } }, (request) => {
      request.log.info({ headers: request.headers, req: request }, "a careless line with all headers");
      return "ok";
    });
    app.get("/failing-query", { config: { public: true } }, () => {
      const detail = { code: "23505", detail: "Key (title)=(a private matter) already exists." };
      throw new DrizzleQueryError(
        "insert …",
        ["a private matter"],
        Object.assign(new Error("duplicate key"), detail),
      );
    });
  });
});
afterAll(() => api.close());
beforeEach(() => {
  api.logs.length = 0;
});

const lines = () => api.logs.map((line) => JSON.parse(line));

test("logs one line per request, with its id, method, path, status and duration", async () => {
  const answer = await api.call("ada", "GET", "/tasks?limit=5");
  expect(lines()).toEqual([
    expect.objectContaining({
      level: 30,
      requestId: answer.headers["x-request-id"],
      req: { method: "GET", path: "/api/ada/tasks" },
      res: { statusCode: 200 },
      milliseconds: expect.any(Number),
      msg: "request completed",
    }),
  ]);
});

test("uses a client's request id if it is harmless, and generates one otherwise", async () => {
  const idFor = async (id: string) =>
    (await api.app.inject({ url: "/health/live", headers: { "x-request-id": id } })).headers["x-request-id"];
  expect(await idFor("Trace_1-a")).toBe("Trace_1-a");
  expect(await idFor("x".repeat(64))).toBe("x".repeat(64));
  for (const id of ["", "x".repeat(65), "a b", 'a"b', "a\u00e9", "a,b", "../x"]) {
    expect(await idFor(id)).toMatch(/^[0-9a-f-]{36}$/);
  }
});

test("logs a rejection with its code and the hint that the client does not get", async () => {
  const authorization = `Bearer ${api.issuer.tokenFor("ada", { wrongAudience: true })}`;
  const answer = await api.app.inject({ url: "/api/ada/tasks", headers: { authorization } });
  const refusal = lines().find((line) => line.code === "audience_rejected");
  expect(refusal.requestId).toBe(answer.headers["x-request-id"]);
  expect(refusal.hint).toContain("https://another-api.example");
  expect(answer.body).not.toContain("another-api");
});

test("never logs a token or a query, whatever the outcome of the request", async () => {
  const tokens = [
    api.issuer.tokenFor("ada"),
    api.issuer.tokenFor("ada", { tampered: true }),
    api.issuer.tokenFor("bob"),
    "e30.e30.c2VjcmV0",
  ];
  for (const token of tokens) {
    const headers = { authorization: `Bearer ${token}`, cookie: `session=${token}` };
    await api.app.inject({ url: "/api/ada/tasks", headers });
    await api.app.inject({ url: "/careless", headers });
    await api.app.inject({ url: `/api/ada/tasks?access_token=${token}` });
    await api.app.inject({ url: `/api/ada/tasks?access%5Ftoken=${token}`, headers });
    await api.app.inject({ url: `/api/%E0%A4%A?access_token=${token}`, headers });
    await api.app.inject({ url: `/api/ada/${token}/tasks`, headers });
    await api.app.inject({ url: `/nowhere?access_token=${token}#${token}`, headers });
  }
  expect(api.logs.length).toBeGreaterThan(20);
  const text = api.logs.join("");
  for (const token of tokens) {
    expect(text).not.toContain(token);
    expect(text).not.toContain(token.split(".")[2]);
  }
  expect(text).not.toContain(api.issuer.secret);
});

test("logs a failed query with its cause and without its parameters", async () => {
  await api.app.inject("/failing-query");
  const failure = lines().find((line) => line.level === 50);
  expect(failure.err).toMatchObject({
    message: "duplicate key",
    code: "23505",
    stack: expect.stringContaining("at "),
  });
  expect(api.logs.join("")).not.toContain("a private matter");
});

test("hides tokens in a path, in time proportional to its length", async () => {
  const { logger } = loggingOptions({ logLevel: "info" });
  const { req } = (logger as { serializers: { req: (request: object) => { path: string } } }).serializers;
  const long = 128_000;
  const startedAt = performance.now();
  for (const part of ["ey", "eyJ", "e3.", "ey.", "eyJ.e", ".", "a", "?", "#", "eyJ.x"]) {
    req({ method: "GET", url: `/${part.repeat(long / part.length)}` });
  }
  // One regular expression for a whole token would take seconds.
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  const path = (url: string) => req({ method: "GET", url }).path;
  expect(path("/api/eyJh.eyJz.c2ln/tasks/x.y?token=1")).toBe("/api/[token]/tasks/x.y");
  expect(path("/a-eyJh.eyJz./e30.e30.x#eyJh.e.s")).toBe("/[token]/[token]");
  expect(path("/api/ada.lovelace.example/tasks")).toBe("/api/ada.lovelace.example/tasks");
});

test("removes control characters from log lines, also where they are escaped in JSON", async () => {
  const nasty = "a\u001b[31mb\u009b32mc\u0007d\u007fe\u202ef\u2066g\u2028h\u0000i\u0085j";
  api.app.log.info({ text: nasty, [nasty]: 1, fine: 'line 1\n\tline "2" \\u001b é 日本 👩‍👩‍👧' }, nasty);
  const [line = ""] = api.logs;
  expect(line.trimEnd()).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
  const clean = "a[31mb32mcdefghij";
  expect(JSON.parse(line)).toMatchObject({
    text: clean,
    [clean]: 1,
    fine: 'line 1\n\tline "2" \\u001b é 日本 👩‍👩‍👧',
    msg: clean,
  });
});
