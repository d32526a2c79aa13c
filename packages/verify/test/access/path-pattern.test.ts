import { describe, expect, it } from "vitest";
import { createPathMatcher } from "../../src/access/path-pattern.ts";
import { ConfigurationError } from "../../src/index.ts";

describe("createPathMatcher", () => {
  it.each([
    ["/", "/", {}],
    ["/a/:b", "/a/x", { b: "x" }],
    ["/a/:b", "/a/%61%2F%25", { b: "a/%" }],
    ["/a/:b/", "/a/x/", { b: "x" }],
    ["/:a/:b", "/x/y", { a: "x", b: "y" }],
    ["/:__proto__", "/x", { ["__proto__"]: "x" }],
    ["/a/*", "/a/", {}],
    ["/a/*", "/a/b/c", {}],
    ["/:a/*", "/x/%zz", { a: "x" }],
    ["/*", "/", {}],
  ])("%s matches %s", (pattern, path, params) => {
    const match = createPathMatcher(pattern)(path);
    expect(match?.path).toBe(pattern);
    expect(Object.entries(match?.params ?? {})).toEqual(Object.entries(params));
  });

  it.each([
    ["/a", "/A"],
    ["/a", "/a/"],
    ["/a/", "/a"],
    ["/a", "/%61"],
    ["/a/:b", "/a/"],
    ["/a/:b", "/a/x/y"],
    ["/a/:b", "/a/%ff"],
    ["/a/:b", "/a/%zz"],
    ["/a/:b", "//a/x"],
    ["/a/*", "/a"],
    ["/a/*", "/b/x"],
  ])("%s does not match %s", (pattern, path) => {
    expect(createPathMatcher(pattern)(path)).toBeUndefined();
  });

  it("uses the first pattern that matches", () => {
    const match = createPathMatcher(["/users/me", "/users/:id"]);
    expect(match("/users/me")?.path).toBe("/users/me");
    expect(match("/users/you")?.path).toBe("/users/:id");
  });

  it.each([
    [""],
    ["a"],
    ["a/b"],
    ["/a:b/:c-d"],
    ["/:a:b"],
    ["/:"],
    ["/*/a"],
    ["/a*"],
    ["/:a?"],
    ["/:a(x)"],
    [null],
    [["/a", 1]],
  ])("refuses %j", (pattern) => {
    expect(() => createPathMatcher(pattern as never)).toThrow(ConfigurationError);
    expect(() => createPathMatcher(pattern as never)).toThrow(/is not a valid pattern|give a pattern/);
  });

  it("rejects an invalid pattern with the reason", () => {
    expect(() => createPathMatcher("a/:b")).toThrow(
      'path: "a/:b" is not a valid pattern. It must begin with a slash.',
    );
    expect(() => createPathMatcher("/:a/:a")).toThrow("path: /:a/:a has a parameter twice.");
    expect(() => createPathMatcher([])).toThrow(
      'path: give a pattern such as "/api/:userId/tasks", or a list of them.',
    );
  });
});
