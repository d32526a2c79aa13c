import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createProject, type Files, init, initJson, manifest } from "./support/project.ts";

const listen = "app.listen(3001);\n";
const express = (body: string): Files => ({
  "package.json": manifest(["express", "cors"]),
  "src/index.ts": `import cors from "cors";\nimport express from "express";\n${body}`,
});

/** The app is not edited, so it does not look guarded. */
test.each<[string, Files, string]>([
  [
    "routes before CORS",
    express(`const app = express();\napp.get("/a", (_q, s) => void s.end());\napp.use(cors());\n${listen}`),
    "come first",
  ],
  [
    "CORS that is added in a condition, before routes of Better Auth",
    {
      "package.json": manifest(["express", "better-auth"]),
      "src/index.ts": `import { toNodeHandler } from "better-auth/node";\nimport express from "express";\nimport { auth } from "./auth.ts";\nconst app = express();\nif (process.env.X) app.get("/a", (_q, s) => void s.end());\napp.all("/api/auth/*splat", toNodeHandler(auth));\n${listen}`,
      "src/auth.ts": 'import { betterAuth } from "better-auth";\nexport const auth = betterAuth({});\n',
    },
    "come first",
  ],
  [
    "an unknown middleware before CORS",
    express(
      `import { pages } from "./pages.ts";\nconst app = express();\napp.use(pages);\napp.use(cors());\n${listen}`,
    ),
    "come first",
  ],
  [
    "two apps that listen",
    express(`const app = express();\nconst other = express();\n${listen}other.listen(3002);\n`),
    "several apps",
  ],
  [
    "an app that is not created where it can be seen",
    express('import { create } from "./create.ts";\nconst app = create(express);\napp.listen(3001);\n'),
    "was not found",
  ],
  [
    "a name that is taken",
    express(`const usher = 1;\nconst app = express();\napp.use(cors());\n${listen}`),
    "the name usher",
  ],
  [
    "Better Auth's routes in another file",
    {
      "package.json": manifest(["express", "better-auth"]),
      "src/index.ts": `import express from "express";\nimport { routes } from "./routes.ts";\nconst app = express();\nroutes(app);\n${listen}`,
      "src/routes.ts":
        'import { toNodeHandler } from "better-auth/node";\nimport { auth } from "./auth.ts";\nexport const routes = (app: any) => app.all("/api/auth/*splat", toNodeHandler(auth));\n',
      "src/auth.ts": 'import { betterAuth } from "better-auth";\nexport const auth = betterAuth({});\n',
    },
    "must be before the guard",
  ],
  [
    "CORS in another file",
    {
      ...express(
        'import { secure } from "./secure.ts";\nconst app = express();\nsecure(app);\napp.listen(3001);\n',
      ),
      "src/secure.ts": 'import cors from "cors";\nexport const secure = (app: any) => app.use(cors());\n',
    },
    "CORS is added in src/",
  ],
  [
    "a Hono chain with CORS after a route",
    {
      "package.json": manifest(["hono"]),
      "src/index.ts":
        'import { Hono } from "hono";\nimport { cors } from "hono/cors";\nexport const app = new Hono().get("/a", (c) => c.text("a")).use(cors());\nexport default app;\n',
    },
    "come first",
  ],
  [
    "a function that adds a route before CORS",
    express(
      `const app = express();\nroutes();\napp.use(cors());\nfunction routes() { app.get("/a", (_q, s) => void s.end()); }\n${listen}`,
    ),
    "come first",
  ],
  [
    "a method that adds a route before CORS",
    express(
      'class Api {\n  app;\n  constructor() {\n    this.app = express();\n    this.routes();\n    this.app.use(cors());\n  }\n  routes() { this.app.get("/a", (_q, s) => void s.end()); }\n}\nnew Api().app.listen(3001);\n',
    ),
    "come first",
  ],
  [
    "a block with Better Auth's routes and another route",
    express(
      `import { toNodeHandler } from "better-auth/node";\nconst app = express();\napp.use(cors());\nif (process.env.X) {\n  app.all("/api/auth/*splat", toNodeHandler({} as never));\n  app.get("/a", (_q, s) => void s.end());\n}\n${listen}`,
    ),
    "in a way that may add others",
  ],
  [
    "a route for all paths that serves Better Auth among others",
    express(
      `const auth = { handler: (_q: unknown, _s: unknown) => {} };\nconst app = express();\napp.use(cors());\napp.use((q, s) => (q.path.startsWith("/api/auth") ? auth.handler(q, s) : s.end()));\n${listen}`,
    ),
    "in a way that may add others",
  ],
  [
    "a second app in another file that is served as well",
    {
      ...express(
        `import { admin } from "./admin.ts";\nconst app = express();\n${listen}admin.listen(3002);\n`,
      ),
      "src/admin.ts":
        'import express from "express";\nexport const admin = express();\nadmin.get("/a", (_q, s) => void s.end());\n',
    },
    "several apps",
  ],
])("%s", async (_name, files, why) => {
  const folder = await createProject(files);
  const { manual, exitCode } = await initJson(folder, "--yes");
  const step = manual.find(({ path }) => path === "src/index.ts");
  expect(step?.why).toContain(why);
  expect(step?.lines).toMatch(/usher\(.*usherOptions\(\)\)/);
  expect(exitCode).toBe(1);
  expect(await readFile(join(folder, "src/index.ts"), "utf8")).toBe(files["src/index.ts"]);

  // It is still left the next time, and nothing else is done twice.
  const again = await initJson(folder, "--yes");
  expect(again.manual).toContainEqual(step);
  expect(again.changes).toEqual([]);
});

test("a Nest module whose imports come from elsewhere", async () => {
  const files = {
    "package.json": manifest(["@nestjs/core", "@nestjs/common"]),
    "src/main.ts":
      'import { NestFactory } from "@nestjs/core";\nimport { AppModule } from "./app.module";\nvoid NestFactory.create(AppModule);\n',
    "src/app.module.ts":
      'import { Module } from "@nestjs/common";\nimport { list } from "./list";\n@Module({ imports: list })\nexport class AppModule {}\n',
  };
  const folder = await createProject(files);
  const { manual } = await initJson(folder, "--yes");
  expect(manual[0]).toMatchObject({
    path: "src/app.module.ts",
    why: "the imports of the module come from elsewhere",
    lines:
      'import { UsherModule, usherOptions } from "./usher";\n\nimports: [UsherModule.forRoot(usherOptions())],',
  });
});

test("a guard that is created and not added to the app does not count", async () => {
  const guard =
    'import express from "express";\nimport { usher } from "@usher-auth/verify/express";\nimport { verifierFromEnv } from "@usher-auth/verify";\nexport const guard = usher({ verifier: verifierFromEnv() });\nconst app = express();\n';
  const idle = await createProject({
    "package.json": manifest(["express"]),
    "src/index.ts": guard + listen,
  });
  expect((await initJson(idle, "--yes")).manual).toContainEqual(
    expect.objectContaining({ path: "src/index.ts", why: expect.stringContaining("the name usher") }),
  );
  const used = await createProject({
    "package.json": manifest(["express"]),
    "src/index.ts": `${guard}app.use(guard);\n${listen}`,
  });
  expect((await initJson(used, "--yes")).present).toContain("the guard, in src/index.ts");
});

test("a route that is not only for Better Auth is not made public", async () => {
  const folder = await createProject({
    "package.json": manifest(["fastify", "better-auth"]),
    "src/index.ts":
      'import fastify from "fastify";\nimport { auth } from "./auth.ts";\nimport { authors } from "./authors.ts";\nconst app = fastify();\napp.get("/authors/*", authors.handler);\napp.all("/*", (request) => (request.url.startsWith("/api/auth/") ? auth.handler(request as never) : "tasks"));\nawait app.listen({ port: 3001 });\n',
    "src/auth.ts": 'import { betterAuth } from "better-auth";\nexport const auth = betterAuth({});\n',
    "src/authors.ts": 'export const authors = { handler: () => "authors" };\n',
  });
  const { manual } = await initJson(folder, "--yes");
  expect(manual).toMatchObject([{ path: "src/index.ts", lines: expect.stringContaining('"/api/auth/*"') }]);
  const text = await readFile(join(folder, "src/index.ts"), "utf8");
  expect(text).toContain("await app.register(usher, usherOptions());");
  expect(text).not.toContain("public");
});

test("a handler whose name only begins like Better Auth's comes after the guard", async () => {
  const folder = await createProject(
    express(
      `import { authors } from "./authors.ts";\nconst app = express();\napp.use(cors());\napp.get("/authors/*splat", authors.handler);\n${listen}`,
    ),
  );
  expect((await initJson(folder, "--yes")).manual).toEqual([]);
  const text = await readFile(join(folder, "src/index.ts"), "utf8");
  expect(text).toContain("app.use(cors());\napp.use(usher(usherOptions()));\n");
});

test("Fastify's Better Auth route whose options are not written out is shown, and the guard is added", async () => {
  const folder = await createProject({
    "package.json": manifest(["fastify", "better-auth"]),
    "src/index.ts":
      'import fastify from "fastify";\nimport { auth } from "./auth.ts";\nconst app = fastify();\nconst options = {};\napp.all("/api/auth/*", options, (request) => auth.handler(request as never));\nawait app.listen({ port: 3001 });\n',
    "src/auth.ts": 'import { betterAuth } from "better-auth";\nexport const auth = betterAuth({});\n',
  });
  const { manual } = await initJson(folder, "--yes");
  expect(manual).toEqual([
    expect.objectContaining({
      path: "src/index.ts",
      why: "Better Auth's routes must be marked as public, or nobody can sign in",
    }),
  ]);
  expect(await readFile(join(folder, "src/index.ts"), "utf8")).toContain(
    "await app.register(usher, usherOptions());",
  );
});

test.each([
  [
    "node",
    {
      "src/index.ts":
        'import { createServer } from "node:http";\ncreateServer((_q, s) => s.end()).listen(3001);\n',
    },
    [],
    "guard.protect(route,",
  ],
  [
    "trpc",
    { "src/index.ts": 'import { initTRPC } from "@trpc/server";\nexport const t = initTRPC.create();\n' },
    ["@trpc/server"],
    "guard.protect(t.procedure)",
  ],
  [
    "next",
    { "app/api/[userId]/tasks/route.ts": "export async function GET() {\n  return Response.json([]);\n}\n" },
    ["next"],
    "export const GET = guard.protect({ params: (_request: Request, context: { params: Promise<{ userId: string }> }) => context.params }",
  ],
  [
    "fetch",
    { "src/routes/api/[userId]/+server.ts": "export const GET = () => new Response();\n" },
    ["@sveltejs/kit"],
    "const handleGET = guard.protect(",
  ],
] as const)(
  "handlers of %s, each of which is guarded by itself",
  async (framework, files, packages, line) => {
    const folder = await createProject({ "package.json": manifest(packages), ...files });
    const { manual, changes } = await initJson(folder, "--yes");
    expect(manual).toEqual([expect.objectContaining({ path: Object.keys(files)[0] })]);
    expect(manual[0]?.lines).toContain(line);
    const guard = changes.find(({ path }) => path.endsWith("/usher.ts"));
    expect(guard?.diff).toContain(`@usher-auth/verify/${framework === "next" ? "fetch" : framework}`);
    expect((await init(folder, "--yes")).output).not.toContain("✓");
  },
);

test("Nuxt and Nitro get a middleware", async () => {
  const folder = await createProject({
    "package.json": manifest(["nuxt"]),
    "server/api/[userId]/tasks.get.ts": "export default defineEventHandler(() => []);\n",
  });
  const { changes, manual } = await initJson(folder, "--yes");
  expect(manual).toEqual([]);
  const path = "server/middleware/usher.ts";
  expect(changes.map((change) => change.path)).toContain(path);
  expect(await readFile(join(folder, path), "utf8")).toContain(
    'const isPublic = (path: string) => path === "/" || path.startsWith("/_nuxt/");',
  );
  expect((await init(folder, "--yes")).output).not.toContain("✓");
});

test("the middleware of Nuxt leaves Better Auth's own path public, and no other", async () => {
  const folder = await createProject({
    "package.json": manifest(["nuxt", "better-auth"]),
    "server/auth.ts":
      'import { betterAuth } from "better-auth";\nexport const auth = betterAuth({ basePath: "/api/identity" });\n',
  });
  const { next } = await initJson(folder, "--yes");
  expect(await readFile(join(folder, "server/middleware/usher.ts"), "utf8")).toContain(
    'path.startsWith("/_nuxt/") || path.startsWith("/api/identity/");',
  );
  // There is no test to run.
  expect(next).not.toContain("npm test");
});

test("a Next.js app whose API is another program only gets the plugin", async () => {
  const folder = await createProject({
    "package.json": manifest(["next", "better-auth"]),
    "lib/auth.ts":
      'import { betterAuth } from "better-auth";\nimport { nextCookies } from "better-auth/next-js";\nexport const auth = betterAuth({ plugins: [nextCookies()] });\n',
    "app/api/auth/[...all]/route.ts":
      'import { toNextJsHandler } from "better-auth/next-js";\nimport { auth } from "@/lib/auth";\nexport const { GET, POST } = toNextJsHandler(auth);\n',
  });
  const { changes, manual } = await initJson(folder, "--yes");
  expect(manual).toEqual([]);
  expect(changes.map(({ path }) => path)).toEqual(["lib/auth.ts", ".env.example", "package.json"]);
  const after = await readFile(join(folder, "lib/auth.ts"), "utf8");
  expect(after).toMatch(/plugins: \[usherJwt\(.+\), nextCookies\(\)\]/);
  expect((await init(folder, "--yes")).output).not.toContain("✓");
});
