import { expect, test } from "vitest";
import { CannotRun } from "../../../src/command-line/command.ts";
import { readPolicy } from "../../../src/gate/policy/policy.ts";
import { fileRule, policyOf, ruleOf } from "./support/policy.ts";

const schemes = `
components:
  securitySchemes:
    bearer: { type: http, scheme: Bearer }
    oauth: { type: oauth2, flows: {} }
    connect: { type: openIdConnect, openIdConnectUrl: https://app.example.com }
    header: { type: apiKey, in: header, name: authorization }
    key: { type: apiKey, in: header, name: X-Key }
    basic: { type: http, scheme: basic }
    mutual: { type: mutualTLS }
`;

/** Access and scopes of an operation with this `security`, below that of the document. */
function securityOf(operation: string, root = ""): unknown {
  const security = operation === "" ? "{}" : `{ security: ${operation} }`;
  const yaml = `${root === "" ? "" : `security: ${root}\n`}paths:\n  /x: { get: ${security} }\n${schemes}`;
  const { access, scopes } = ruleOf(policyOf(yaml), "GET /x");
  return scopes.length === 0 ? access : { access, scopes };
}

test.each([
  ["", "", "required"],
  ["[]", "", "public"],
  ["[{}]", "", "public"],
  ["[{ bearer: [] }]", "", "required"],
  ["[{}, { bearer: [] }]", "", "optional"],
  ["[{ oauth: [read] }, {}]", "", "optional"],
  ["", "[]", "public"],
  ["", "[{ bearer: [] }]", "required"],
  ["", "[{}, { bearer: [] }]", "optional"],
  ["[]", "[{ bearer: [] }]", "public"],
  ["[{ bearer: [] }]", "[]", "required"],
  // What cannot be read never weakens.
  ["null", "[]", "required"],
  ["{}", "[]", "required"],
  ["none", "[]", "required"],
  ["[null]", "[]", "required"],
  ["[[]]", "", "required"],
  ["", "{}", "required"],
])("security %j of an operation, %j of the document: %j", (operation, root, expected) => {
  expect(securityOf(operation, root)).toEqual(expected);
});

test.each([
  ["[{ oauth: [read, write] }]", [["read", "write"]]],
  ["[{ oauth: [read] }, { connect: [all] }]", [["read"], ["all"]]],
  ["[{ oauth: [read], connect: [all, read] }]", [["read", "all"]]],
  // An alternative without scopes is satisfied by any token.
  ["[{ oauth: [read] }, { bearer: [] }]", undefined],
  ["[{ oauth: [read] }, { header: [] }]", undefined],
  ["[{ oauth: [read] }, { unknown: [] }]", undefined],
  ["[{ oauth: [read] }, { bearer: null }]", undefined],
  // One that no token satisfies is none.
  ["[{ oauth: [read] }, { key: [] }]", [["read"]]],
  ["[{ oauth: [read] }, { basic: [] }]", [["read"]]],
  ["[{ oauth: [read] }, { mutual: [] }]", [["read"]]],
  ["[{ oauth: [read], key: [] }]", [["read"]]],
  ["[{ oauth: [read] }, { connect: ['not a scope'] }]", [["read"]]],
  ["[{ oauth: [read] }, { connect: [1] }]", [["read"]]],
  ["[{ oauth: [read] }, { connect: all }]", [["read"]]],
])("scopes of %s", (security, scopes) => {
  const access = "required";
  expect(securityOf(security)).toEqual(scopes === undefined ? access : { access, scopes });
});

test("an operation whose only scope cannot be part of a token is denied", () => {
  expect(securityOf("[{ oauth: ['a b'] }]")).toBe("denied");
});

test("an operation that asks only for what no token is still requires a token", () => {
  expect(securityOf("[{ key: [] }]")).toBe("required");
});

test("the owner is in the path, by usual names", () => {
  const policy = policyOf("paths: { '/{userId}/tasks/{id}': { get: {} }, '/users/{id}': { get: {} } }");
  expect([...ruleOf(policy, "GET /{userId}/tasks/{id}").owners]).toEqual([["userId", "sub"]]);
  expect([...ruleOf(policy, "GET /users/{id}").owners]).toEqual([["id", "sub"]]);
  const partial = policyOf("paths: { '/users/{id}.json': { get: {} } }");
  expect([...ruleOf(partial, "GET /users/{id}.json").owners]).toEqual([["id", "sub"]]);
});

const stated = `
paths:
  /orgs/{org}/{user_id}:
    get: { x-usher: { owners: { org: org, user_id: uid } } }
`;

test("what the document states of owners holds, and what is given holds before it", () => {
  const owners = (given?: Map<string, string> | null) =>
    Object.fromEntries(
      ruleOf(policyOf(stated, given === undefined ? {} : { ownerParams: given }), "GET /orgs/{org}/{user_id}")
        .owners,
    );
  expect(owners()).toEqual({ org: "org", user_id: "uid" });
  expect(owners(new Map([["user_id", "sub"]]))).toEqual({ org: "org", user_id: "sub" });
  expect(owners(null)).toEqual({});
});

test("with given owners, usual names are no owners", () => {
  const policy = policyOf("paths: { '/{user}/{who}': { get: {} } }", {
    ownerParams: new Map([["who", "sub"]]),
  });
  expect([...ruleOf(policy, "GET /{user}/{who}").owners]).toEqual([["who", "sub"]]);
});

test.each(["userId", "User_ID", "user-id", "userid"])(
  "%s in the document is refused if user_id is given: it would go unchecked",
  (name) => {
    const read = (label: string) =>
      policyOf(`paths: { '/{${name}}/tasks': { get: { ${label} } } }`, {
        ownerParams: new Map([["user_id", "sub"]]),
      });
    expect(() => read("")).toThrow(CannotRun);
    expect(() => read("")).toThrow(`"${name}" is not checked`);
    expect(() => read("")).toThrow('the owner parameter is "user_id". Use the same spelling, or list both');
    // Listing both, or stating it, is the way out.
    expect(() => read(`x-usher: { owners: { ${name}: sub } }`)).not.toThrow();
  },
);

test("another spelling in the file is refused too", () => {
  const read = () =>
    readPolicy({
      document: undefined,
      fileRules: [fileRule("GET /{userId}")],
      ownerParams: new Map([["user_id", "sub"]]),
    });
  expect(read).toThrow('/{userId}: the parameter "userId" is not checked');
});

test("optionalAuth makes a token optional, and no more", () => {
  const policy = policyOf(`
paths:
  /a/{user_id}: { get: { x-usher: { optionalAuth: true }, security: [{ oauth: [read] }] } }
  /b: { get: { x-usher: { optionalAuth: true }, security: [] } }
  /c: { get: { x-usher: { optionalAuth: 'true' } } }
`);
  expect(ruleOf(policy, "GET /a/{user_id}")).toMatchObject({
    access: "optional",
    scopes: [],
    owners: new Map(),
  });
  expect(ruleOf(policy, "GET /b").access).toBe("public");
  expect(ruleOf(policy, "GET /c").access).toBe("required");
});

test("every operation of the document has a rule, but TRACE, callbacks and webhooks", () => {
  const policy = policyOf(`
paths:
  /a:
    parameters: [{ name: page, in: query }]
    get: { callbacks: { done: { '/back': { post: { security: [] } } } } }
    options: { security: [] }
    trace: {}
    summary: {}
    x-extra: {}
  /b: { $ref: '#/components/pathItems/b' }
  x-internal: { get: {} }
webhooks: { gone: { post: { security: [] } } }
components: { pathItems: { b: { delete: { security: [] } } } }
`);
  expect(policy.table.rules.map(({ method, template, access }) => `${method} ${template} ${access}`)).toEqual(
    ["GET /a required", "OPTIONS /a public", "DELETE /b public"],
  );
});

test("a path in another file, a parameter twice, or an operation twice is refused", () => {
  expect(() => policyOf("paths: { /a: { $ref: 'other.yaml#/a' } }")).toThrow("in another file");
  expect(() => policyOf("paths: { '/{id}/{id}': { get: {} } }")).toThrow('has the parameter "id" twice');
  expect(() => policyOf("paths: { /a: { get: {}, GET: {} } }")).toThrow("GET /a is in the document twice");
});

test("a document without paths is one: everything is refused", () => {
  expect(policyOf("info: { title: Empty }")).toMatchObject({ title: "Empty", table: { rules: [] } });
});

test.each([
  ["", "/a"],
  ["servers: [{ url: / }]", "/a"],
  ["servers: [{ url: /api/ }]", "/api/a"],
  ["servers: [{ url: 'https://api.example.com/v1' }]", "/v1/a"],
  ["servers: [{ url: 'https://{host}/{v}', variables: { v: { default: v2 } } }]", "/v2/a"],
  ["servers: [{ url: v3 }, { url: /other }]", "/v3/a"],
  ["servers: []", "/a"],
  ["servers: [{}]", "/a"],
])("paths begin with the server's path: %s", (servers, path) => {
  expect(policyOf(`${servers}\npaths: { /a: { get: {} } }`).table.rules[0]?.template).toBe(path);
});

test("servers of a path or an operation win, and the setting before all", () => {
  const yaml = `
servers: [{ url: /root }]
paths:
  /a: { servers: [{ url: /item }], get: { servers: [{ url: /operation }] }, put: {} }
  /b: { get: {} }
`;
  const templates = (parts = {}) => policyOf(yaml, parts).table.rules.map(({ template }) => template);
  expect(templates()).toEqual(["/operation/a", "/item/a", "/root/b"]);
  expect(templates({ basePath: "" })).toEqual(["/a", "/a", "/b"]);
  expect(templates({ basePath: "/x" })).toEqual(["/x/a", "/x/a", "/x/b"]);
});

test("a rule of the file has the owners that the document states for its path", () => {
  const owners = (parts = {}) =>
    Object.fromEntries(
      ruleOf(
        policyOf(stated, { fileRules: [fileRule("* /orgs/{org}/{user_id}", parts)] }),
        "* /orgs/{org}/{user_id}",
      ).owners,
    );
  expect(owners()).toEqual({ org: "org", user_id: "uid" });
  expect(owners({ owners: new Map() })).toEqual({});
  expect(owners({ access: "public" })).toEqual({});
});

test("the rest of a path cannot be an owner", () => {
  const read = () => policyOf("paths: {}", { fileRules: [fileRule("GET /a/{user_id...}")] });
  expect(read).toThrow("/a/{user_id...}: the rest of a path cannot be an owner");
});
