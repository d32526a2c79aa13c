import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { samples } from "./support/apps.ts";
import {
  addFiles,
  compile,
  createProject,
  type Files,
  init,
  initJson,
  manifest,
  readFiles,
  runTest,
  runVitest,
  start,
} from "./support/project.ts";

test.each(Object.entries(samples))("guards %s", async (_name, { files, program, open, flags }) => {
  const folder = await createProject(files);
  const first = await initJson(folder, "--yes");
  expect(first.manual.filter(({ path }) => !path.startsWith("test/"))).toEqual([]);

  // What init wrote proves it: expectGuarded tries every route of the app.
  const { scripts } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  if (scripts?.test === "node --test") expect(await runTest(folder, flags)).toContain("pass 1\n");
  else if (scripts?.test === "vitest run") expect(await runVitest(folder)).toContain("1 passed");
  else expect(first.manual).toEqual([expect.objectContaining({ path: "test/usher.test" })]);

  // The program starts as before. Where a test cannot get the app, or Better Auth is part of it, requests
  // tell.
  if (open !== undefined || first.manual.length > 0) {
    const { status } = await start(folder, program, flags);
    expect(await status("/api/alice/tasks")).toBe(401);
    expect(await status("/health")).toBe(401);
    expect(await status("/unknown")).toBe(401);
    expect(await status("/api/alice/tasks", "alice")).toBe(200);
    expect(await status("/api/bob/tasks", "alice")).toBe(403);
    if (open !== undefined) expect(await status(open)).toBe(200);
  }

  // Everything else stays as it was, and a second run finds all of it.
  const guarded = await readFiles(folder);
  const again = await init(folder, "--yes");
  expect(again.output).not.toContain("✓");
  expect(await readFiles(folder)).toEqual(guarded);
});

test("guards h3 1", async () => {
  const renamed = { h3: "h3-v1", "@usher-auth": "@usher-auth" };
  const files = {
    "package.json": manifest([]).replace("{}", '{ "h3": "^1.15.0" }'),
    "src/index.ts": `import { createServer } from "node:http";
import { createApp, createRouter, eventHandler, toNodeListener } from "h3";

const app = createApp();
const router = createRouter();
router.get("/api/:userId/tasks", eventHandler(() => ({ tasks: [] })));
app.use(router);

createServer(toNodeListener(app)).listen(Number(process.env.PORT ?? 3001));
`,
  };
  const folder = await createProject(files, renamed);
  expect((await initJson(folder, "--yes")).manual).toEqual([]);
  const { status } = await start(folder, "src/index.ts");
  expect(await status("/api/alice/tasks")).toBe(401);
  expect(await status("/unknown")).toBe(401);
  expect(await status("/api/alice/tasks", "alice")).toBe(200);
  expect(await status("/api/bob/tasks", "alice")).toBe(403);
  expect((await init(folder, "--yes")).output).not.toContain("✓");
});

test("what init writes compiles with strict settings", async () => {
  const folder = await createProject({
    "tsconfig.json": JSON.stringify({
      compilerOptions: {
        ...{ module: "nodenext", target: "es2024", noEmit: true, types: ["node"], skipLibCheck: true },
        ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
        ...{
          verbatimModuleSyntax: true,
          noImplicitReturns: true,
          noUnusedLocals: true,
          isolatedModules: true,
        },
        ...{ experimentalDecorators: true, emitDecoratorMetadata: true, allowImportingTsExtensions: true },
        customConditions: ["@usher-auth/source"],
      },
      include: ["*/src", "*/test", "*/lib"],
    }),
  });
  const typed = Object.entries(samples).filter(([, { program }]) => program.endsWith(".ts"));
  const more: Record<string, Files> = {
    node: {
      "src/index.ts": 'import { createServer } from "node:http";\nexport const server = createServer();\n',
    },
    trpc: {
      "src/index.ts": 'import { initTRPC } from "@trpc/server";\nexport const t = initTRPC.create();\n',
    },
    fetch: {
      "src/index.ts": "export const handler = (request: Request): Response => Response.json(request.url);\n",
    },
  };
  const projects = [
    ...typed.map(([, { files }], index) => ({ files, under: `sample-${index}`, words: [] as string[] })),
    ...Object.entries(more).map(([framework, files]) => ({
      files: { "package.json": manifest([]), ...files } as Files,
      under: framework,
      words: ["--framework", framework],
    })),
  ];
  for (const { files, under, words } of projects) {
    await addFiles(join(folder, under), files);
    const { errors } = await init(join(folder, under), "--yes", ...words);
    expect(errors).toBe("");
  }
  expect(await compile(folder)).toBe("");
});
