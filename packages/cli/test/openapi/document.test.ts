import { expect, test } from "vitest";
import { buildRequest, plainPath } from "../../src/audit/requests/request.ts";
import { sampleBody } from "../../src/audit/requests/sample.ts";
import { parseAnyPaths, parseDocument } from "../../src/openapi/document.ts";
import { operationLines } from "../../src/openapi/operation-lines.ts";
import { operationsOf } from "../../src/openapi/operations.ts";
import { parseOwnerParams } from "../../src/openapi/owner-parameter.ts";

const yaml = `
openapi: 3.1.0
security:
  - bearer: []
paths:
  /users/{id}/posts:
    $ref: "#/components/pathItems/posts"
  /open:
    get: { security: [] }
  /optional:
    get: { security: [{}, { bearer: [] }] }
    options: {}
    trace: {}
  /elsewhere:
    get:
      parameters:
        - $ref: "other.yaml#/parameters/x"
        - $ref: "#/components/parameters/circle"
components:
  parameters:
    circle: { $ref: "#/components/parameters/circle" }
    kind: { name: kind, in: query, required: true, schema: { enum: [a b, c] } }
  pathItems:
    posts:
      parameters:
        - $ref: "#/components/parameters/kind"
        - { name: page, in: query, schema: { type: integer } }
        - { name: X-Tenant, in: header, required: true, example: blue, schema: { type: string } }
        - { name: Authorization, in: header, required: true, schema: { type: string } }
        - { name: mode, in: cookie, required: true, schema: { const: dark } }
      post:
        requestBody:
          content:
            text/plain: { schema: { type: string } }
            application/json:
              schema:
                type: object
                properties:
                  id: { type: string, readOnly: true }
                  title: { type: string, minLength: 8 }
                  parent: { $ref: "#/components/schemas/Node" }
  schemas:
    Node:
      type: object
      properties: { name: { type: string, pattern: "^n[0-9]$" }, child: { $ref: "#/components/schemas/Node" } }
`;

const document = parseDocument(yaml, "test");
const operations = operationsOf(document);
const find = (label: string) => {
  const operation = operations.find((candidate) => candidate.label === label);
  if (operation === undefined) throw new Error(`no ${label}`);
  return operation;
};

test("reads every operation except OPTIONS and TRACE, and whether it is public", () => {
  expect(operations.map(({ label, isPublic }) => [label, isPublic])).toEqual([
    ["POST /users/{id}/posts", false],
    ["GET /open", true],
    ["GET /optional", true],
    ["GET /elsewhere", false],
  ]);
});

test("fills in required parameters and the user, percent-encoded", () => {
  const request = buildRequest(find("POST /users/{id}/posts"), "/v1", {
    owners: new Map([["id", "a/b c"]]),
    objects: new Map(),
  });
  expect(request).toEqual({
    method: "POST",
    path: "/v1/users/a%2Fb%20c/posts?kind=a%20b",
    headers: { "x-tenant": "blue", cookie: "mode=dark", "content-type": "application/json" },
    body: expect.any(String),
  });
});

test("generates bodies that fit the schema, with another word in the free texts", () => {
  const operation = find("POST /users/{id}/posts");
  const [first, second] = [undefined, "audit0a1b2c3d4e5f"].map(
    (word) => operation.body && sampleBody(operation.body, operation, word),
  );
  expect(first).toMatchObject({ title: "stringst", parent: { name: expect.stringMatching(/^n[0-9]$/) } });
  expect(first).not.toHaveProperty("id");
  expect(second).toMatchObject({ title: "audit0a1b2c3d4e5f" });
});

test("does not normalise the spelling of a path", () => {
  const values = { owners: new Map([["id", "ada"]]), objects: new Map() };
  const spell = (segments: Parameters<typeof plainPath>[0]) =>
    plainPath(
      segments.map((segment) =>
        segment.kind === "owner" ? { ...segment, text: `./%2e%2e/${segment.text}` } : segment,
      ),
    );
  expect(buildRequest(find("POST /users/{id}/posts"), "", values, { spell }).path).toMatch(
    /^\/users\/\.\/%2e%2e\/ada\/posts\?/,
  );
});

test.each<[path: string, given: string[], expected: string[]]>([
  ["/api/{userId}/tasks/{taskId}", [], ["userId"]],
  ["/api/{user_id}/{OWNER-ID}", [], ["user_id", "OWNER-ID"]],
  ["/users/{id}/posts/{postId}", [], ["id"]],
  ["/posts/{id}", [], []],
  ["/posts/{id}/{userId}", ["id"], ["id"]],
  ["/orgs/{orgId}/users/{userId}", ["orgId=org"], ["orgId"]],
  ["/orgs/{orgId}/users/{userId}", ["orgId=org", "userId"], ["orgId", "userId"]],
])("recognises the user's parameters of %s with --owner-param %j: %j", (path, given, expected) => {
  const text = JSON.stringify({ openapi: "3.0.0", paths: { [path]: { get: {} } } });
  const parameters = operationsOf(parseDocument(text, "test"), parseOwnerParams(given)).flatMap(
    (one) => one.parameters,
  );
  expect(parameters.filter(({ owner }) => owner !== undefined).map(({ name }) => name)).toEqual(expected);
});

test("reads the properties next to a path's reference, and rejects a path in another file", () => {
  const operationsAt = (item: object) =>
    operationsOf(
      parseDocument(JSON.stringify({ openapi: "3.1.0", paths: { "/a": item, "/b": { get: {} } } }), "t"),
    );
  const labels = operationsAt({ $ref: "#/paths/~1b", post: {} }).map(({ label }) => label);
  expect(labels).toEqual(["GET /a", "POST /a", "GET /b"]);
  expect(() => operationsAt({ $ref: "a.yaml" })).toThrow(/\/a is in another file.*bundle/);
});

test("encodes what a request or a report line cannot contain", () => {
  const parameters = [
    { name: "no name", in: "header", required: true },
    { name: "X-Name", in: "header", required: true, example: "line\nbreak \u2603" },
  ];
  const content = { "text/plain\n": { schema: {} } };
  const paths = { "/über uns/\u001b[2J\n{id}": { post: { parameters, requestBody: { content } } } };
  const [operation] = operationsOf(parseDocument(JSON.stringify({ openapi: "3.1.0", paths }), "t"));
  if (operation === undefined) throw new Error("no operation");
  expect(operation.label).toBe("POST /über uns/\\u001b[2J\\n{id}");
  expect(buildRequest(operation, "", { owners: new Map(), objects: new Map([["id", "7"]]) })).toEqual({
    method: "POST",
    path: "/%C3%BCber%20uns/%1B[2J%0A7",
    headers: { "x-name": "line%0Abreak%20%E2%98%83" },
    body: undefined,
  });
});

test("finds the line of an operation in YAML and JSON", () => {
  expect(operationLines(yaml)("GET", "/optional")).toBe(11);
  const json = JSON.stringify({ openapi: "3.1.0", paths: { "/a": { get: {}, post: {} } } }, null, 1);
  expect(operationLines(json)("POST", "/a")).toBe(6);
  expect(operationLines(json)("PUT", "/b")).toBeUndefined();
});

test.each([
  ["a path twice", "paths:\n  /a: { get: {} }\n  /a: { get: { security: [] } }"],
  ["the end of a text is missing", "paths:\n  /a:\n    get: { security: [{ oauth: [adm"],
  ["a tab", "\tpaths: {}"],
  ["two documents", "paths: {}\n---\nopenapi: 3.1.0\npaths: {}"],
])("what is no valid YAML is not read in part: %s", (_name, text) => {
  expect(() => parseAnyPaths(`openapi: 3.1.0\n${text}`, "test")).toThrow(
    "test cannot be parsed: it is neither JSON nor YAML.",
  );
});

test("a mapping is merged into another one", () => {
  const { root } = parseAnyPaths(
    "openapi: 3.1.0\nx-admin: &admin { security: [{ oauth: [admin] }] }\npaths: { /a: { get: { <<: *admin } } }",
    "test",
  );
  expect(root.paths).toEqual({ "/a": { get: { security: [{ oauth: ["admin"] }] } } });
});
