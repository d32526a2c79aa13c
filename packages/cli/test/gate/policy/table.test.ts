import { expect, test } from "vitest";
import { CannotRun } from "../../../src/command-line/command.ts";
import type { Rule } from "../../../src/gate/policy/rule.ts";
import { createRouteTable } from "../../../src/gate/policy/table.ts";
import { rule, segmentsOf } from "./support/rules.ts";

/** The templates that must admit, with parameters; or the allowed methods; or nothing. */
function find(rules: readonly Rule[], request: string): unknown {
  const [method = "", path = ""] = request.split(" ");
  const found = createRouteTable(rules).find(method, segmentsOf(path));
  if (found === undefined) return undefined;
  if ("allow" in found) return found.allow;
  return Object.fromEntries(found.matches.map((match) => [match.rule.template, { ...match.params }]));
}

const rules = (...labels: string[]) => labels.map((label) => rule(label));

test.each([
  ["GET /", "GET /", { "/": {} }],
  ["GET /tasks", "GET /tasks", { "/tasks": {} }],
  ["GET /tasks", "GET /tasks/", undefined],
  ["GET /tasks/", "GET /tasks/", { "/tasks/": {} }],
  ["GET /tasks", "GET /Tasks", undefined],
  ["GET /a%20b", "GET /a%20b", { "/a%20b": {} }],
  ["GET /caf\u00e9", "GET /caf%C3%A9", { "/caf\u00e9": {} }],
  ["GET /{user_id}/tasks", "GET /u%201/tasks", { "/{user_id}/tasks": { user_id: "u 1" } }],
  ["GET /{id}", "GET /", undefined],
  ["GET /a/{id}", "GET /a/", undefined],
  ["GET /a/{id}", "GET /a/b/", undefined],
  ["GET /files/{name}.json", "GET /files/a.b.json", { "/files/{name}.json": { name: "a.b" } }],
  ["GET /files/{name}.json", "GET /files/.json", undefined],
  ["GET /v{n}:run", "GET /v12:run", { "/v{n}:run": { n: "12" } }],
  ["GET /v{n}:run", "GET /v12:stop", undefined],
  ["GET /a/{rest...}", "GET /a/b/c", { "/a/{rest...}": { rest: "b/c" } }],
  ["GET /a/{rest...}", "GET /a/", { "/a/{rest...}": { rest: "" } }],
  ["GET /a/{rest...}", "GET /a", undefined],
  ["GET /{rest...}", "GET /", { "/{rest...}": { rest: "" } }],
])("%s, asked for %s", (label, request, expected) => {
  expect(find([rule(label)], request)).toEqual(expected);
});

test("the most concrete template wins, segment by segment", () => {
  const all = rules("GET /a/{x}", "GET /a/b", "GET /a/{x}.json", "GET /a/{rest...}", "GET /a/{x}/c");
  expect(find(all, "GET /a/b")).toEqual({ "/a/b": {} });
  expect(find(all, "GET /a/q")).toEqual({ "/a/{x}": { x: "q" } });
  expect(find(all, "GET /a/q.json")).toEqual({ "/a/{x}.json": { x: "q" } });
  expect(find(all, "GET /a/q/d")).toEqual({ "/a/{rest...}": { rest: "q/d" } });
  expect(find(all, "GET /a/q/c")).toEqual({ "/a/{x}/c": { x: "q" } });
});

test("templates of which neither is more concrete must all admit", () => {
  expect(find(rules("GET /{a}/b", "GET /a/{b}", "GET /{a}/{b}"), "GET /a/b")).toEqual({
    "/{a}/b": { a: "a" },
    "/a/{b}": { b: "b" },
  });
});

test("templates that differ in the names of parameters must all admit, each with its own", () => {
  expect(find(rules("GET /a/{x}", "GET /a/{y}", "POST /a/{z}"), "GET /a/1")).toEqual({
    "/a/{x}": { x: "1" },
    "/a/{y}": { y: "1" },
  });
});

test("the template that wins says which methods there are", () => {
  const all = rules("GET /users/{id}", "DELETE /users/{id}", "GET /users/export");
  expect(find(all, "DELETE /users/export")).toEqual(["GET", "HEAD"]);
  expect(find(all, "DELETE /users/1")).toEqual({ "/users/{id}": { id: "1" } });
  expect(find(all, "PUT /users/1")).toEqual(["DELETE", "GET", "HEAD"]);
});

test("HEAD follows GET, before *; a rule for HEAD itself holds", () => {
  const get = rule("GET /a", { access: "public" });
  const others = rule("* /a", { source: "file" });
  const accessOfHead = (all: Rule[]) => {
    const found = createRouteTable(all).find("HEAD", ["a"]);
    return found && "matches" in found ? found.matches.map((match) => match.rule) : found;
  };
  expect(accessOfHead([get])).toEqual([get]);
  expect(accessOfHead([{ ...get, source: "file" }, others])).toEqual([{ ...get, source: "file" }]);
  const head = rule("HEAD /a", { access: "denied" });
  expect(accessOfHead([get, head])).toEqual([head]);
});

test("* is every method but those of the connection", () => {
  const all = [rule("* /a", { source: "file" }), rule("POST /a", { source: "file", access: "public" })];
  expect(find(all, "PROPFIND /a")).toEqual({ "/a": {} });
  expect(find(all, "TRACE /a")).toEqual(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]);
  expect(find(all, "CONNECT /a")).toEqual(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]);
});

test("a path that the file closes has no methods, whatever the document says of it", () => {
  const denied = rule("* /admin/{rest...}", { source: "file", access: "denied" });
  expect(find([rule("GET /admin/users"), denied], "OPTIONS /admin/users")).toBeUndefined();
  expect(find([rule("GET /admin/users"), denied], "DELETE /admin/users")).toBeUndefined();
  const deleting = rule("DELETE /admin/{rest...}", { source: "file", access: "denied" });
  expect(find([rule("GET /admin/users"), deleting], "POST /admin/users")).toEqual(["GET", "HEAD"]);
});

test("a denied method is not in Allow, and a path with nothing else is unknown", () => {
  const denied = (label: string) => rule(label, { source: "file", access: "denied" });
  expect(find([rule("GET /a"), denied("DELETE /a")], "PUT /a")).toEqual(["GET", "HEAD"]);
  expect(find([denied("DELETE /a")], "PUT /a")).toBeUndefined();
  expect(find([denied("* /a")], "TRACE /a")).toBeUndefined();
});

test("of two rules for one method and template, the file's holds", () => {
  const documented = [rule("GET /a"), rule("HEAD /a"), rule("PUT /a"), rule("GET /b")];
  const ofFile = rule("GET /a", { source: "file", access: "public" });
  expect(createRouteTable([...documented, ofFile]).rules).toEqual([documented[2], documented[3], ofFile]);
  const any = { ...ofFile, method: "*" };
  expect(createRouteTable([any, ...documented]).rules).toEqual([any, documented[3]]);
});

test("what a router that ignores case or a slash at the end would take must admit too", () => {
  const all = rules("GET /api/{user_id}/tasks", "GET /{page...}");
  for (const path of ["/API/u2/tasks", "/api/u2/Tasks", "/api/u2/tasks/"]) {
    expect(find(all, `GET ${path}`), path).toEqual({
      "/{page...}": { page: path.slice(1) },
      "/api/{user_id}/tasks": { user_id: "u2" },
    });
  }
  expect(find(all, "GET /api/u2/tasks")).toEqual({ "/api/{user_id}/tasks": { user_id: "u2" } });
  expect(find(rules("GET /users/{id}", "GET /users/admin"), "GET /users/ADMIN")).toEqual({
    "/users/{id}": { id: "ADMIN" },
    "/users/admin": {},
  });
  // The Kelvin sign, and the long s that becomes an S.
  const letters = rules("GET /{x}", "GET /ks");
  expect(find(letters, "GET /%E2%84%AA%C5%BF")).toEqual({ "/{x}": { x: "\u212a\u017f" }, "/ks": {} });
});

test("a path that is written in the document is not another one in other letters", () => {
  expect(find(rules("GET /a", "GET /A", "GET /a/"), "GET /A")).toEqual({ "/A": {} });
});

test("the document cannot open what the file closes", () => {
  const file = (label: string, parts: Partial<Rule> = {}) => rule(label, { source: "file", ...parts });
  const all = [
    rule("GET /admin/users", { access: "public" }),
    rule("GET /admin/login", { access: "public" }),
    rule("GET /ADMIN/x", { access: "public" }),
    file("* /admin/{rest...}", { access: "denied" }),
    file("GET /admin/login", { access: "public" }),
    file("GET /open/{rest...}", { access: "public" }),
    rule("GET /open/closed"),
  ];
  expect(find(all, "GET /admin/users")).toEqual({
    "/admin/users": {},
    "/admin/{rest...}": { rest: "users" },
  });
  expect(find(all, "GET /ADMIN/x")).toEqual({ "/ADMIN/x": {}, "/admin/{rest...}": { rest: "x" } });
  // The file itself can, and what it opens does not open what the document closes.
  expect(find(all, "GET /admin/login")).toEqual({ "/admin/login": {} });
  expect(find(all, "GET /open/closed")).toEqual({ "/open/closed": {} });
});

test("what the file opens in other letters does not open what it closes", () => {
  const all = [
    rule("GET /a/{x}"),
    rule("GET /a/{rest...}", { source: "file", access: "denied" }),
    rule("GET /a/Open", { source: "file", access: "public" }),
  ];
  expect(find(all, "GET /a/open")).toHaveProperty(["/a/{rest...}"]);
  expect(find(all, "GET /a/Open")).toEqual({ "/a/Open": {} });
});

test.each([
  ["/{a}-{b}", "1-2", { a: "1", b: "2" }],
  ["/{a}-{b}", "1-2-3", {}],
  ["/{a}-{b}.{c}", "1-2-3.4", { c: "4" }],
  ["/{a}{b}", "12", { a: "1", b: "2" }],
  ["/{a}{b}", "123", {}],
])("%s and %s: what can be read in two ways is left out", (template, segment, params) => {
  expect(find([rule(`GET ${template}`)], `GET /${segment}`)).toEqual({ [template]: params });
});

test.each([
  ["users", "does not begin with a slash"],
  ["/a//b", "has an empty segment"],
  ["/a/../b", "has a dot segment"],
  ["/{id}/{id}", 'has the parameter "id" twice'],
  ["/{a}-{a}", 'has the parameter "a" twice'],
  ["/{rest...}/a", "before the last segment"],
  ["/x{rest...}", "without the name"],
  ["/{}", "without the name"],
  ["/{__proto__}", "without the name"],
  ["/{__proto__...}", "without the name"],
  ["/{a", "unmatched brace"],
  ["/a}", "unmatched brace"],
  ["/a?b=c", "a character that no path can contain"],
  ["/a%2Fb", "a character that no path can contain"],
  ["/a%zz", "a character that no path can contain"],
])("%s is refused: it %s", (template, reason) => {
  const create = () => createRouteTable([rule("GET /"), { ...rule("GET /"), template }]);
  expect(create).toThrow(CannotRun);
  expect(create).toThrow(reason);
});
