import { describe, expect, it, onTestFinished } from "vitest";
import type { RequestDescription } from "../../src/access/index.ts";
import { factsOf } from "../../src/access/request-facts.ts";

const request = { the: "request" };

function facts(description: unknown) {
  const {
    adapter,
    request: same,
    ...told
  } = factsOf({ adapter: "test", describe: () => description as RequestDescription }, request);
  expect(adapter).toBe("test");
  expect(same).toBe(request);
  return told;
}

describe("what logs and events have of a request", () => {
  it.each([
    ["/", "/"],
    ["/api/tasks", "/api/tasks"],
    ["/api/v1/tasks", "/api/v1/tasks"],
    ["/api/v10/tasks", "/api/v10/tasks"],
    ["/api/v2024/tasks", "/api/*/tasks"],
    ["/backchannel-logout", "/backchannel-logout"],
    ["/.well-known/oauth-protected-resource", "/*/oauth-protected-resource"],
    ["/api/17/tasks", "/api/*/tasks"],
    ["/api/Alice/tasks", "/api/*/tasks"],
    ["/api/alice@example.com/tasks", "/api/*/tasks"],
    ["/api/550e8400-e29b-41d4-a716-446655440000", "/api/*"],
    ["/reset/q7Hk2LmZ", "/reset/*"],
    ["/averyveryverylongwordoflettersonly", "/*"],
    ["/one-two-three-four-five", "/*"],
    ["/api/%61lice", "/api/*"],
    ["/api;token=abc/tasks", "/*/tasks"],
    ["/api/tasks?access_token=abc#x", "/api/tasks"],
    ["/api/tasks#?", "/api/tasks"],
    ["http://user:password@host.example:8080/api/17?x", "/api/*"],
    ["//evil.example/api", "//evil.example/api"],
    ["*", "*"],
    ["", "/"],
    ["/\u001b[31m/\r\n", "/*/*"],
    ["/größe/\u202e", "/*/*"],
  ])("has words only of the path %j", (path, expected) => {
    expect(facts({ path })).toEqual({ path: expected });
  });

  it("has at most 200 characters of a path", () => {
    const path = `/${"a/".repeat(5000)}`;
    expect(facts({ path })).toEqual({ path: path.slice(0, 200) });
    expect(facts({ path: `/${"x".repeat(100_000)}` })).toEqual({ path: "/*" });
    // Of these, it reads the first 2,000.
    expect(facts({ path: `/${"x".repeat(499)}`.repeat(10) })).toEqual({ path: "/*/*/*/*" });
  });

  it("has no path if it has a route: a word of the path may be an id", () => {
    const route = "/users/:userId";
    expect(facts({ path: "/users/alice", route })).toEqual({ route });
  });

  it.each([
    ["get", "GET"],
    ["M-SEARCH", "M-SEARCH"],
  ])("has the method %j in capitals", (method, expected) => {
    expect(facts({ method })).toEqual({ method: expected });
  });

  it.each([[""], ["GET /x"], ["G\nET"], ["X".repeat(21)], ["ＧＥＴ"], [7], [null], [{}]])(
    "has no method that is none: %j",
    (method) => {
      expect(facts({ method })).toEqual({});
    },
  );

  it.each([
    ["req-1", "req-1"],
    [17, "17"],
    ["550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440000"],
  ])("has the id %j", (requestId, expected) => {
    expect(facts({ requestId })).toEqual({ requestId: expected });
  });

  it.each([
    [""],
    ["a b"],
    ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"],
    ["x\r\nSet-Cookie: y"],
    ["\u001b[31m"],
    ["x".repeat(65)],
    [1.5],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [{ toString: () => "req-1" }],
    [["req-1"]],
    [null],
  ])("has no id that may be something else: %j", (requestId) => {
    expect(facts({ requestId })).toEqual({});
  });

  it("has the route without control characters, and not endless", () => {
    expect(facts({ route: "/a\u001b[31m" })).toEqual({ route: "/a\\u001b[31m" });
    expect(facts({ route: `/${"a".repeat(1000)}` }).route?.length).toBeLessThan(202);
    expect(facts({ route: "\u001b\u202e" })).toEqual({ route: "\\u001b\\u202e" });
    // The application wrote it: a word that looks like a token's beginning is none.
    expect(facts({ route: "/eyJob/:id" })).toEqual({ route: "/eyJob/:id" });
    for (const route of ["", undefined, /x/, 7]) expect(facts({ route })).toEqual({});
  });

  it("is only the adapter if the description fails", () => {
    const unheld: unknown[] = [];
    const note = (error: unknown) => void unheld.push(error);
    process.on("unhandledRejection", note);
    onTestFinished(() => void process.off("unhandledRejection", note));
    const fail = () => {
      throw new Error("not the request that it expects");
    };
    expect(factsOf({ adapter: "test", describe: fail }, request)).toEqual({ adapter: "test", request });
    expect(factsOf({ adapter: "test" }, request)).toEqual({ adapter: "test", request });
    const accessors = Object.defineProperty({}, "path", { enumerable: true, get: fail });
    for (const description of [undefined, null, 7, accessors, Promise.resolve({ path: "/x" })])
      expect(facts(description)).toEqual({});
    expect(facts(Promise.reject(new Error("later")))).toEqual({});
    return new Promise<void>((resolve) => setImmediate(resolve)).then(() => expect(unheld).toEqual([]));
  });
});
