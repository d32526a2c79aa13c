import { expect, test } from "vitest";
import { fileRule, type PolicyParts, policyOf } from "./support/policy.ts";

const noOperations = "The document has no operations, so it opens no path.";
const scoped = "security: [{ oauth: [read] }]";

/** Each case: what it is about, the document, the settings, and all of its warnings. */
const cases: [string, string, PolicyParts, (string | RegExp)[]][] = [
  ["nothing", `paths: { /a: { get: { ${scoped} } }, '/{user_id}': { get: {} } }`, {}, []],
  [
    "neither owner nor scope",
    "paths: { /a: { get: {} } }",
    {},
    ["GET /a: every valid token may call it. It has no owner in its path, no scope and no claim."],
  ],
  [
    "neither, below a path for which the file requires something",
    "paths: { /admin/users: { get: {} } }",
    { fileRules: [fileRule("* /admin/{rest...}", { claims: new Map([["role", ["admin"]]]) })] },
    [],
  ],
  [
    "an owner in the query, a header or a cookie",
    `paths: { /a: { get: { ${scoped}, parameters: [{ name: user_id, in: query }, { name: X-User-Id, in: header }, { name: uid, in: cookie }, { name: page, in: query }] } } }`,
    { ownerParams: new Map([["X-User-Id", "sub"]]), fileRules: [fileRule("GET /{X-User-Id}")] },
    [
      "GET /a: user_id in the query is not checked. The gate checks owners in paths only.",
      "GET /a: X-User-Id in the header is not checked. The gate checks owners in paths only.",
      "GET /a: uid in the cookie is not checked. The gate checks owners in paths only.",
    ],
  ],
  [
    "a public operation with an owner",
    "paths: { '/{user_id}': { get: { security: [] } } }",
    {},
    ["GET /{user_id} is public, so user_id in its path is not checked."],
  ],
  [
    "an optional token and an owner",
    "paths: { '/{user_id}': { get: { security: [{}, { b: [] }] } } }",
    {},
    ["GET /{user_id} needs no token, so user_id in its path is not checked."],
  ],
  [
    "an owner that the file opens",
    "paths: { '/{user_id}': { get: {} } }",
    { fileRules: [fileRule("GET /{user_id}", { access: "public" })] },
    [
      "GET /{user_id} is public, so user_id in its path is not checked.",
      "GET /{user_id} requires a token, user_id = sub by the document. The file requires nothing: it is public.",
    ],
  ],
  [
    "scopes that the file drops",
    `paths: { /a: { get: { ${scoped} } } }`,
    { fileRules: [fileRule("* /a", { claims: new Map([["role", ["admin"]]]) })] },
    ["GET /a requires a token, scope read by the document. The file requires a token, role admin."],
  ],
  [
    "a looser path that is more concrete",
    "paths: { '/users/{user_id}': { get: {} }, /users/export: { get: { security: [] } } }",
    {},
    [
      /^GET \/users\/export requires nothing: it is public, and GET \/users\/\{user_id\}, which fits the same/,
    ],
  ],
  [
    "a stricter path that is more concrete",
    `paths: { '/{page}': { get: { security: [] } }, /a: { get: { ${scoped} } } }`,
    {},
    [],
  ],
  [
    "an empty segment, which is no parameter's value",
    "paths: { '/users/{user_id}': { get: {} }, /users/: { get: { security: [] } } }",
    {},
    [],
  ],
  [
    "other methods",
    "paths: { '/users/{user_id}': { post: {} }, /users/export: { get: { security: [] } } }",
    {},
    [],
  ],
  [
    "paths of which neither is more concrete",
    "paths: { '/{user_id}/tasks': { get: {} }, '/users/{user_id}': { get: {} } }",
    {},
    [
      "/{user_id}/tasks and /users/{user_id} may fit the same path, such as /users/tasks, and neither is more concrete. Both must admit.",
    ],
  ],
  [
    "paths that differ in a name only",
    "paths: { '/a/{user_id}': { get: {} }, '/a/{uid}': { get: {} } }",
    {},
    [
      "/a/{user_id} and /a/{uid} may fit the same path, such as /a/x, and neither is more concrete. Both must admit.",
    ],
  ],
  [
    "a name that the file spells differently",
    "paths: { '/a/{user_id}': { get: {} } }",
    { fileRules: [fileRule("GET /a/{who}", { access: "public" })] },
    [
      "/a/{who} and /a/{user_id} may fit the same path, such as /a/x, and neither is more concrete. Both must admit.",
    ],
  ],
  [
    "partial segments that fit the same",
    `paths: { '/{a}.json': { get: { ${scoped} } }, '/report-{b}': { get: { ${scoped} } }, '/{c}.txt': { get: { ${scoped} } } }`,
    {},
    [/^\/\{a\}\.json and \/report-\{b\} may fit/, /^\/report-\{b\} and \/\{c\}\.txt may fit/],
  ],
  [
    "an owner parameter that no path has",
    "paths: { '/{user_id}': { get: {} } }",
    {
      ownerParams: new Map([
        ["user_id", "sub"],
        ["org_id", "org"],
      ]),
    },
    ['The owner parameter "org_id" is in no path, so it restricts no one. Parameters of the paths: user_id.'],
  ],
  [
    "stated owners that the settings ignore",
    `paths: { '/{org}': { get: { ${scoped}, x-usher: { owners: { org: org } } } } }`,
    { ownerParams: null },
    ["The document states owners of paths, and `ownerParams: none` ignores them."],
  ],
  [
    "exceptions to the owner",
    "paths: { '/{user_id}': { get: { x-usher: { exceptions: [or role support] } } } }",
    {},
    [/^GET \/\{user_id\}: the document states exceptions to the owner. The gate does not know them/],
  ],
  [
    "schemes that no token satisfies",
    `paths: { '/{user_id}': { get: { security: [{ key: [], basic: [] }] } } }
components: { securitySchemes: { key: { type: apiKey, in: query, name: k }, basic: { type: http, scheme: basic } } }`,
    {},
    ["GET /{user_id}: the document accepts key, basic, which the gate does not check. It requires a token."],
  ],
  [
    "scopes, and an alternative without any",
    "paths: { '/{user_id}': { get: { security: [{ oauth: [admin] }, { bearer: [] }] } } }",
    {},
    [
      "GET /{user_id}: the document has scopes, and an alternative without any, so none is required. FastAPI writes alternatives where it means all: then state the scopes in usher.gate.yaml.",
    ],
  ],
  [
    "a scope that cannot be",
    "paths: { /a: { get: { security: [{ oauth: ['a b'] }] } } }",
    {},
    ["GET /a: a scope of the document cannot be part of a token, so no token satisfies it."],
  ],
  [
    "a document that is public",
    "security: []\npaths: {}",
    {},
    [
      "The document says `security: []` for all operations: those without a `security` are public.",
      noOperations,
    ],
  ],
  [
    "servers with different paths",
    "servers: [{ url: /a }, { url: 'https://example.com/a/' }, { url: /b }]\npaths: {}",
    {},
    ["The document names servers with different paths. Only the first counts: see `basePath`.", noOperations],
  ],
  [
    "parameters as a framework writes them",
    `paths: { ${["/a/:id", "/b/{v}:run", "/c/{x}*", "/d/{y:path}", "/{w}:{z}"].map((path) => `'${path}': { get: { ${scoped} } }`).join(", ")} }`,
    {},
    ["/a/:id", "/c/{x}*", "/d/{y:path}"].map(
      (path) => `GET ${path}: in OpenAPI, a parameter is {name}, for one segment. *, : and <> mean nothing.`,
    ),
  ],
  [
    "a path that no request can have",
    "paths: { '/a?b=c': { get: {} } }",
    {},
    [
      noOperations,
      "GET /a?b=c cannot be called through the gate: the path has a character that no path can contain.",
    ],
  ],
];

test.each(cases)("%s", (_name, yaml, parts, expected) => {
  const { warnings } = policyOf(yaml, parts);
  expect(warnings).toHaveLength(expected.length);
  for (const [index, text] of expected.entries()) {
    if (typeof text === "string") expect(warnings[index]).toBe(text);
    else expect(warnings[index]).toMatch(text);
  }
});

test("what the file alone has is a note, and so is what it requires of everything below a path", () => {
  const fileRules = [
    fileRule("* /admin/{rest...}", { access: "denied" }),
    fileRule("GET /a", { access: "public" }),
  ];
  const { notes, warnings } = policyOf(
    "paths: { /a: { get: { security: [] } }, '/{user_id}/tasks': { get: {} } }",
    { fileRules },
  );
  expect(notes).toEqual(["/admin/{rest...} is in the file only: the document has no such path."]);
  expect(warnings).toEqual([]);
});

test("no text of a document controls a terminal", () => {
  const { warnings, title } = policyOf(
    `info: { title: "a\\u001b[2J" }\npaths: { "/\\u001b[31m{user_id}\\n": { get: { security: [] } }, "/\\u0007": { get: {} } }`,
  );
  expect(warnings).toHaveLength(2);
  expect([title, ...warnings].join("")).not.toMatch(/\p{Cc}/u);
});
