import { describe, expect, it } from "vitest";
import {
  exampleOf,
  fillPattern,
  parametersOf,
  patternOfExpression,
} from "../../src/expect-guarded/path-pattern.ts";

describe("patterns of every router", () => {
  it.each([
    ["/health", [], "/health"],
    ["/api/:userId/tasks", ["userId"], "/api/u%2F1/tasks"],
    ["/api/:userId?", ["userId"], "/api/u%2F1"],
    ["/api/:user_id", ["user_id"], "/api/a"],
    ["/at/:hour(^\\d{2})h:minute(^\\d{2})m", ["hour", "minute"], "/at/12h12m"],
    ["/:id(\\d+(?:x|y)?)/end", ["id"], "/1/end"],
    ["/posts/:id{[0-9]+}/comments", ["id"], "/posts/1/comments"],
    ["/posts/:filename{.+\\.png}", ["filename"], "/posts/1"],
    ["/users{/:userId}", ["userId"], "/users/u%2F1"],
    ["/users/:userId{/:tab}", ["userId", "tab"], "/users/u%2F1/1"],
    ["/orgs/{orgId}/users", ["orgId"], "/orgs/1/users"],
    ["/orgs/[orgId]/[...rest]", ["orgId", "rest"], "/orgs/1/1"],
    ["/docs/[[...slug]]", ["slug"], "/docs/1"],
    ["/files/*", ["*1"], "/files/1"],
    ["/files/**", ["*1"], "/files/1"],
    ["/files/**:path", ["path"], "/files/1"],
    ["/files/*path", ["path"], "/files/1"],
    ["/files/(.*)", ["*1"], "/files/1"],
    ["/a::b", [], "/a:b"],
    ["/a b/é", [], "/a%20b/%C3%A9"],
    [
      "/trpc/tasks?input=%7B%22userId%22:%22:userId%22%7D",
      ["userId"],
      "/trpc/tasks?input=%7B%22userId%22:%22u%2F1%22%7D",
    ],
  ])("%s", (pattern, names, filled) => {
    const parameters = parametersOf(pattern);
    expect(parameters.map(({ name }) => name)).toEqual(names);
    const values = Object.fromEntries(parameters.map((one) => [one.name, exampleOf(one)]));
    const own: Record<string, string> = { userId: "u/1", user_id: "a" };
    const given = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, own[name] ?? value]),
    );
    expect(fillPattern(pattern, given)).toBe(filled);
  });

  it("keeps the slashes of what a wildcard takes", () => {
    expect(fillPattern("/files/*path", { path: "a/b c" })).toBe("/files/a/b%20c");
  });

  it("reads brackets that never close as text", () => {
    expect(fillPattern("/a(b/:c{d", { c: "1" })).toBe("/ab/1d");
    expect(parametersOf(`/${":a(".repeat(1000)}`)).toHaveLength(1000);
  });
});

describe("paths that are regular expressions", () => {
  it.each([
    [/^\/users\/(?<userId>[^/]+)$/, "/users/:userId([^/]+)"],
    [/^\/items\/(\d+)\/?$/i, "/items/:0(\\d+)"],
    [/^\/a-b\/(\w+)\/(\w+)$/, "/a-b/:0(\\w+)/:1(\\w+)"],
    [/\/.*fly$/, undefined],
    [/^\/(?:a|b)$/, undefined],
    [/^\/ab?c$/, undefined],
    [/^users$/, undefined],
  ])("%s", (expression, pattern) => {
    expect(patternOfExpression(expression)).toBe(pattern);
  });
});

describe("values of a constraint", () => {
  it.each([
    ["\\d+", "1"],
    ["[a-z]{2}", "en"],
    ["[0-9a-f-]{36}", "00000000-0000-4000-8000-000000000001"],
    ["[", "1"],
    ["zzz", "1"],
  ])("%s", (constraint, value) => {
    expect(exampleOf({ name: "id", constraint })).toBe(value);
  });
});
