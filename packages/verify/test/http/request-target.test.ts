import { describe, expect, it } from "vitest";
import { hasQueryToken, pathOfTarget } from "../../src/http/request-target.ts";

describe("pathOfTarget", () => {
  it.each([
    ["/tasks", "/tasks"],
    ["/", "/"],
    ["", "/"],
    ["*", "*"],
    ["/tasks?x=1", "/tasks"],
    ["/tasks?", "/tasks"],
    ["/tasks#x", "/tasks"],
    ["/tasks?x#y", "/tasks"],
    ["/tasks&x=1?y", "/tasks&x=1"],
    ["/tasks#x?y", "/tasks"],
    ["?x=1", "/"],
    ["#x", "/"],
  ])("of %j is everything before the query and the fragment, and at least a slash", (target, path) => {
    expect(pathOfTarget(target)).toBe(path);
  });

  it.each(["/a%2Fb", "/a/../b", "/a/./b", "/a//b", "//a/b", "/A;b=c", "/a\\b", "/%zz", "/tasks/", "/é"])(
    "of %j is not decoded and not normalized",
    (target) => {
      expect(pathOfTarget(target)).toBe(target);
    },
  );

  it.each([
    ["http://api.example.com/tasks", "/tasks"],
    ["https://api.example.com/tasks?x=1", "/tasks"],
    ["https://api.example.com/a//b", "/a//b"],
    ["https://api.example.com//a", "//a"],
    ["https://api.example.com", "/"],
    ["https://api.example.com/", "/"],
    ["https://api.example.com?x=/y", "/"],
    ["https://api.example.com#/y", "/"],
    ["https://user:pw@api.example.com:8443/tasks", "/tasks"],
    ["https://[::1]:3000/tasks", "/tasks"],
    ["HTTPS://API.EXAMPLE.COM/Tasks", "/Tasks"],
    ["a://b/c", "/c"],
    ["aZ09+.-://b/c", "/c"],
    ["Zz://b/c", "/c"],
    ["http:///tasks", "/tasks"],
  ])("of %j begins after the host", (target, path) => {
    expect(pathOfTarget(target)).toBe(path);
  });

  it.each([
    "/http://a/b",
    "/x/http://a/b",
    "0http://a/b",
    "+http://a/b",
    ".http://a/b",
    "-http://a/b",
    "h_ttp://a/b",
    "://a/b",
    "http:/a/b",
    "http:a/b",
    "http//a/b",
    "http:\\\\a/b",
    "/a\nhttp://b/c",
  ])("of %j is all of it, because it has no scheme and host at its start", (target) => {
    expect(pathOfTarget(target)).toBe(target);
  });
});

describe("hasQueryToken", () => {
  it.each([
    ["/tasks?access_token=a", true],
    ["/tasks?x=1&access_token", true],
    ["/tasks?access%5Ftoken=a", true],
    ["/tasks?access_token=a?", true],
    // Some parsers ignore a second question mark, and would find the token.
    ["/tasks??access_token=a", true],
    ["/tasks?x=?&access_token=a", true],
    ["https://api.example.com/?access_token=a", true],
    ["?access_token=a", true],
    ["/tasks", false],
    ["/tasks?", false],
    ["/tasks?x=1", false],
    ["/access_token=a", false],
    ["/tasks&access_token=a", false],
    ["/tasks?xaccess_token=a", false],
    ["/tasks?ACCESS_TOKEN=a", false],
    ["/tasks?token=access_token", false],
    ["/?access_token=a", true],
    ["access_token=a", false],
    ["", false],
    [undefined, false],
  ])("of %s is %j", (url, expected) => {
    expect(hasQueryToken(url)).toBe(expected);
  });
});
