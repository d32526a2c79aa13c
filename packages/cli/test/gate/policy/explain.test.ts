import { expect, test } from "vitest";
import { explain, explainJson } from "../../../src/gate/policy/explain.ts";
import { fileRule, policyOf } from "./support/policy.ts";

const policy = policyOf(
  `
paths:
  /health: { get: { security: [] } }
  /{user_id}/tasks:
    get: {}
    post: { security: [{ oauth: [tasks:write, a] }, { oauth: [all] }] }
  /maybe: { get: { security: [{}, { oauth: [] }] } }
  /admin/users: { get: { security: [{ oauth: [read] }] } }
`,
  {
    fileRules: [
      fileRule("* /admin/{rest...}", { claims: new Map([["role", ["admin", "owner"]]]) }),
      fileRule("GET /metrics", { access: "denied" }),
    ],
  },
);

test("a table of the routes, then warnings and notes", () => {
  expect(explain(policy, (_style, text) => text)).toBe(`\
method  path              who may call it  owner          scopes and claims           stated in
GET     /admin/users      token            none           scope read                  document, and what the file says of /admin/{rest...}
any     /admin/{rest...}  token            none           role admin or owner         file
GET     /health           public                                                      document
GET     /maybe            token optional                                              document
GET     /metrics          denied                                                      file
GET     /{user_id}/tasks  token            user_id = sub                              document
POST    /{user_id}/tasks  token            user_id = sub  scope tasks:write a or all  document

7 rules. Everything else is refused.
note: /admin/{rest...} is in the file only: the document has no such path.
note: /metrics is in the file only: the document has no such path.
`);
});

test("operations that every token may call stand out", () => {
  const styles: string[] = [];
  explain(policyOf("paths: { /a: { get: {} } }"), (style, text) => {
    styles.push(String(style));
    return text;
  });
  expect(styles).toEqual(["bold", "yellow", "yellow"]);
});

test("what must admit as well is named with the place where it is stated", () => {
  const text = explain(
    policyOf("paths: { '/a/{x}': { get: {} }, '/a/{y}': { get: {} } }"),
    (_, line) => line,
  );
  expect(text).toContain("document, and what the document says of /a/{y}\n");
});

test("the same as JSON", () => {
  const { rules, warnings, notes } = JSON.parse(explainJson(policy)) as Record<string, unknown[]>;
  expect(rules).toHaveLength(7);
  expect(rules?.[0]).toEqual({
    method: "GET",
    path: "/admin/users",
    access: "required",
    owners: {},
    scopes: [["read"]],
    claims: {},
    source: "document",
    also: ["* /admin/{rest...}"],
  });
  expect([warnings?.length, notes?.length]).toEqual([0, 2]);
});

test("no text of a document controls the terminal", () => {
  const hostile = policyOf(
    `paths: { "/\\u001b[2J\\u202e{user_id\\u0007}\\nGET /fake": { get: { security: [{ o: ["\\u009b1m"] }] } } }`,
    { ownerParams: new Map([["user_id\u0007", "sub\u001b"]]) },
  );
  const text = explain(hostile, (_style, text) => text);
  expect(text).not.toMatch(/[^\n\P{Cc}]|\u202e/u);
  expect(text.split("\n").filter((line) => line.startsWith("GET"))).toHaveLength(1);
  expect(explainJson(hostile)).not.toMatch(/[^\n\P{Cc}]|\u202e/u);
  expect(JSON.parse(explainJson(hostile))).toMatchObject({
    rules: [{ path: hostile.table.rules[0]?.template }],
  });
});
