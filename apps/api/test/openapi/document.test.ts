import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestApi, type TestApi } from "../support/api.ts";
import { untouchableDatabase } from "../support/untouchable-database.ts";

type Response = { description: string; content?: Record<string, { schema: Record<string, unknown> }> };
type Operation = {
  operationId: string;
  tags: string[];
  security: Record<string, string[]>[];
  parameters?: { in: string; name: string; required: boolean }[];
  requestBody?: { required: boolean; content: Record<string, { schema: { required: string[] } }> };
  responses: Record<string, Response>;
};
type Document = {
  openapi: string;
  info: { description: string };
  tags: { name: string }[];
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown>; securitySchemes: Record<string, unknown> };
};

let api: TestApi;
let document: Document;
beforeAll(async () => {
  api = await openTestApi(untouchableDatabase);
  document = (await api.app.inject("/openapi.json")).json();
});
afterAll(() => api.close());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

test("is OpenAPI 3.1 and names this API", () => {
  expect(document.openapi).toBe("3.1.0");
  expect(document.servers).toEqual([{ url: "https://api.example.com" }]);
  expect(document.components.securitySchemes.bearer).toMatchObject({
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
  });
});

test("begins with the tasks, and says how to get a token", () => {
  expect(document.tags.map(({ name }) => name)).toEqual(["tasks", "sessions", "health", "documentation"]);
  expect(Object.keys(document.paths)[0]).toBe("/api/{userId}/tasks");
  const used = operations().flatMap(({ operation }) => operation.tags);
  expect([...new Set(used)].sort()).toEqual(document.tags.map(({ name }) => name).sort());
  expect(document.info.description).toContain("[web app](https://app.example.com)");
  expect(document.info.description).toContain("npx usher-auth token");
});

test("states no limit that JavaScript has, and the API's own", () => {
  expect(JSON.stringify(document)).not.toContain(String(Number.MAX_SAFE_INTEGER));
  const { parameters = [] } = document.paths["/api/{userId}/tasks"]?.get ?? {};
  expect(parameters.find(({ name }) => name === "limit")).toMatchObject({
    schema: { type: "integer", minimum: 1, maximum: 100 },
  });
});

test("has every route except the documentation page and its icon, each with a unique operationId", () => {
  const documented = operations().map(({ path, method }) => `${method.toUpperCase()} ${path}`);
  const routes = api.app.usher
    .routes()
    .filter((route) => route.method !== "HEAD" && !/^\/(?:docs|favicon\.ico)/.test(route.url))
    .map((route) => `${route.method} ${route.url.replaceAll(/:(\w+)/g, "{$1}")}`);
  expect(documented.sort()).toEqual(routes.sort());
  expect(new Set(operations().map(({ operation }) => operation.operationId)).size).toBe(documented.length);
});

test("requires a bearer token exactly where the guard does", () => {
  const guarded = new Map(
    api.app.usher
      .routes()
      .map((route) => [`${route.method} ${route.url.replaceAll(/:(\w+)/g, "{$1}")}`, !route.public]),
  );
  for (const { path, method, operation } of operations()) {
    const needsToken = guarded.get(`${method.toUpperCase()} ${path}`);
    expect(operation.security, `${method} ${path}`).toEqual(needsToken ? [{ bearer: [] }] : []);
  }
});

test("documents each error as a problem", () => {
  const problem = { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };
  for (const { path, operation } of operations()) {
    const { responses } = operation;
    if (!path.startsWith("/api")) continue;
    const expected = ["400", "401", "403", "500", "503", ...(path.includes("taskId") ? ["404"] : [])];
    for (const status of expected) expect(responses[status]?.content, `${path} ${status}`).toEqual(problem);
  }
  expect(document.components.schemas.Problem).toMatchObject({
    required: ["type", "title", "status", "code", "detail"],
  });
});

test("documents the logout token that the issuer sends", () => {
  const operation = document.paths["/backchannel-logout"]?.post;
  expect(operation?.requestBody?.content).toMatchObject({
    "application/x-www-form-urlencoded": { schema: { required: ["logout_token"] } },
  });
  expect(Object.keys(operation?.responses ?? {}).sort()).toEqual(["200", "400", "500", "503"]);
  expect(operation?.responses[400]?.content).toHaveProperty(["application/problem+json"]);
});

test("documents each path parameter, and that the body of `complete` is optional", () => {
  for (const { path, operation } of operations()) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
    const documented = (operation.parameters ?? []).filter(
      (parameter) => parameter.in === "path" && parameter.required,
    );
    expect(documented.map((parameter) => parameter.name).sort()).toEqual(named);
  }
  expect(document.paths["/api/{userId}/tasks/{taskId}/complete"]?.patch?.requestBody?.required).toBe(false);
  expect(document.paths["/api/{userId}/tasks"]?.post?.requestBody?.required).toBe(true);
});

test("every reference resolves, and every schema is used", () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name]) => name,
  );
  expect([...new Set(references)].sort()).toEqual(Object.keys(document.components.schemas).sort());
});

test("the documentation page is public, and may only run its own scripts and call its own server", async () => {
  const redirect = await api.app.inject("/docs");
  expect([redirect.statusCode, redirect.headers.location]).toEqual([301, "/docs/"]);

  const page = await api.app.inject("/docs/");
  expect(page.headers["content-type"]).toMatch(/^text\/html/);
  const [, inline = ""] = /<script type="text\/javascript">([\s\S]*?)<\/script>/.exec(page.body) ?? [];
  expect(inline).toContain("/openapi.json");
  const hash = createHash("sha256").update(inline).digest("base64");
  const policy = String(page.headers["content-security-policy"]);
  expect(policy).toContain(`script-src 'self' 'sha256-${hash}';`);
  expect(policy).toContain("connect-src 'self';");
  expect(policy).not.toMatch(/https?:|script-src[^;]*unsafe/);
  expect(page.body).not.toMatch(/(src|href)="(https?:)?\/\//);

  const script = await api.app.inject("/docs/js/scalar.js");
  expect(script.statusCode).toBe(200);
  expect(script.headers["content-type"]).toMatch(/javascript/);
});

test("answers a browser's request for an icon with 204, and logs no rejection", async () => {
  api.logs.length = 0;
  const icon = await api.app.inject("/favicon.ico");
  expect([icon.statusCode, icon.body, icon.headers["cache-control"]]).toEqual([
    204,
    "",
    "public, max-age=86400",
  ]);
  expect(api.logs.filter((line) => line.includes("credentials_missing"))).toEqual([]);
});

test("every other response has a policy that allows nothing, and helmet's headers", async () => {
  const answer = await api.app.inject("/health/live");
  expect(answer.headers["content-security-policy"]).toBe("default-src 'none';frame-ancestors 'none'");
  expect(answer.headers).toMatchObject({
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  });
});
