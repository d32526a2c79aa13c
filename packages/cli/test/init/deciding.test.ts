import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { runCommandLine } from "../../src/command-line/run.ts";
import { program } from "../../src/program.ts";
import { createProject, type Files, init, initJson, manifest, readFiles } from "./support/project.ts";

const entry = 'import fastify from "fastify";\nconst app = fastify();\n';
const project = { "package.json": manifest(["fastify"]), "src/index.ts": entry };

/** Runs init on a terminal, and presses these keys, one for each question. */
async function ask(folder: string, keys: readonly string[], words: readonly string[] = []) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
  let asked = "";
  let output = "";
  let answered = 0;
  const errors = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  errors.on("data", (chunk: Buffer) => {
    asked += chunk.toString();
    // Each question starts with this mark.
    const shown = asked.split("◆").length - 1;
    if (shown > answered && answered < keys.length) {
      const key = keys[answered++];
      setTimeout(() => input.write(key), 20);
    }
  });
  const exitCode = await runCommandLine(program, ["init", ...words], {
    environment: {},
    folder,
    hasInput: false,
    input,
    output: { write: (text) => (output += text) },
    errors,
  });
  return { exitCode, output, asked };
}

const down = "\u001B[B";
const enter = "\r";

test("asks where Better Auth runs and what signs, and nothing that is known", async () => {
  const folder = await createProject(project);
  const { exitCode, asked } = await ask(folder, [`https://app.example.com${enter}`, `${down}${enter}`]);
  expect(exitCode).toBe(0);
  expect(asked).toContain("Where does Better Auth run?");
  expect(asked).not.toContain("Which framework");
  const files = await readFiles(folder);
  expect(files[".env.example"]).toContain("BETTER_AUTH_URL=https://app.example.com");
  expect(files[".env.example"]).toContain("USHER_JWKS_URL=https://app.example.com/api/auth/jwks");
});

test("asks nothing that flags answer", async () => {
  const words = ["--issuer", "https://app.example.com", "--keys", "secret", "--framework", "fastify"];
  const { exitCode, asked } = await ask(await createProject(project), [], words);
  expect({ exitCode, asked }).toEqual({ exitCode: 0, asked: "" });
});

test("Ctrl-C changes nothing", async () => {
  const folder = await createProject(project);
  const before = await readFiles(folder);
  const { exitCode, asked } = await ask(folder, ["\u0003"]);
  expect(exitCode).toBe(2);
  expect(asked).toContain("Cancelled. Nothing was changed.");
  expect(await readFiles(folder)).toEqual(before);
});

test("an empty answer creates a Better Auth, with settings that Git ignores", async () => {
  const folder = await createProject(project);
  expect((await ask(folder, [enter, enter])).exitCode).toBe(0);
  const files = await readFiles(folder);
  expect(files["auth-server.mjs"]).toContain(
    'plugins: [usherJwt({ audience: process.env.API_URL ?? "http://localhost:3001" })]',
  );
  expect(files[".gitignore"]).toBe(".env\nauth.sqlite*\n");
  expect(files[".env"]).toMatch(/^BETTER_AUTH_SECRET=[\w-]{43}$/m);
  expect((await init(folder, "--yes")).output).not.toContain("✓");
});

test.each<[string, Files, readonly string[], string]>([
  [
    "no framework",
    { "package.json": manifest([]), "src/index.ts": "export {};\n" },
    [],
    "No framework was found. Say which one to use: --framework fastify",
  ],
  ["an empty folder", {}, [], "No framework was found."],
  [
    "several frameworks",
    {
      "package.json": manifest(["fastify", "koa"]),
      "a.ts": entry,
      "b.ts": 'import Koa from "koa";\nexport const app = new Koa();\n',
    },
    [],
    "several frameworks: fastify, koa",
  ],
  [
    "a framework that does not exist",
    project,
    ["--framework", "rails"],
    "--framework must be one of fastify, express",
  ],
  ["keys that do not exist", project, ["--keys", "hs256"], "--keys must be secret or jwks."],
  [
    "an address with credentials",
    project,
    ["--issuer", "https://me:hunter2@example.com"],
    "--issuer must not contain credentials",
  ],
  [
    "an address with a query",
    project,
    ["--api", "https://api.example.com?x=1"],
    "--api must be an address without ? and #.",
  ],
  [
    "a monorepo",
    {
      "package.json": manifest([]),
      "apps/api/package.json": manifest(["fastify"]),
      "apps/api/src/index.ts": entry,
    },
    [],
    "several packages: apps/api. Name the folder of the API: usher-auth init apps/api.",
  ],
  [
    "source without package.json",
    { "src/index.ts": entry },
    ["--framework", "fastify"],
    "There is source, but no package.json.",
  ],
])("refuses %s", async (_name, files, words, message) => {
  const folder = await createProject(files);
  const before = await readFiles(folder);
  const { exitCode, output, errors } = await init(folder, "--yes", ...words);
  expect(errors).toContain(message);
  expect(errors).not.toContain("hunter2");
  expect({ exitCode, output }).toEqual({ exitCode: 2, output: "" });
  expect(await readFiles(folder)).toEqual(before);
});

test("of several frameworks, the one whose app is created is meant", async () => {
  const files = { "package.json": manifest(["hono", "fastify"]), "src/index.ts": entry };
  const { changes } = await initJson(await createProject(files), "--yes");
  expect(changes.find(({ path }) => path === "src/usher.ts")?.diff).toContain("@usher-auth/verify/fastify");
});

test("the packages of a monorepo do not see each other", async () => {
  const folder = await createProject({
    "package.json": manifest([]),
    "apps/api/package.json": manifest(["fastify"]),
    "apps/api/src/index.ts": entry,
    "apps/web/package.json": manifest(["better-auth"]),
    "apps/web/auth.ts": 'import { betterAuth } from "better-auth";\nexport const auth = betterAuth({});\n',
  });
  const { changes, next } = await initJson(folder, "apps/api", "--yes");
  expect(changes.map(({ path }) => path)).toContain("src/usher.ts");
  expect(next).toContainEqual(
    expect.stringContaining("Add the plugin to Better Auth at http://localhost:3000"),
  );
  expect((await readFiles(folder))["apps/web/auth.ts"]).not.toContain("usherJwt");
});

test.each([
  ["user_id", 'app.get("/users/:user_id/tasks", () => []);\n'],
  ["userId", 'app.get("/users/:id", () => []);\n'],
])("the owner parameter is spelled as in the routes: %s", async (name, route) => {
  const folder = await createProject({ ...project, "src/index.ts": entry + route });
  await init(folder, "--yes");
  expect((await readFiles(folder))["src/usher.ts"]).toContain(`ownerParam: "${name}"`);
});

test("addresses come from .env, and its other values go nowhere", async () => {
  const settings =
    "BETTER_AUTH_URL=https://login.example.com\nAPI_URL=https://api.example.com\nBETTER_AUTH_SECRET=hunter2\n";
  const folder = await createProject({ ...project, ".env": settings });
  const { output } = await init(folder, "--json");
  expect(output).toContain('"issuerUrl": "https://login.example.com"');
  expect(output).not.toContain("hunter2");
  const files = await readFiles(folder);
  expect(files[".env"]).toBe(settings);
  expect(files[".env.example"]).toContain("API_URL=https://api.example.com\n");
});
