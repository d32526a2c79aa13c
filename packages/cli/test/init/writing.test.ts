import { spawnSync } from "node:child_process";
import {
  chmod,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Change } from "../../src/init/plan.ts";
import { writePlan } from "../../src/init/write/write-plan.ts";
import { samples } from "./support/apps.ts";
import { createProject, init, manifest, readFiles } from "./support/project.ts";

const sample = samples["Express, TypeScript"]?.files ?? {};

/** Expects that the command refuses, and that no file is new, gone or different. */
async function refuses(folder: string, message: string, ...words: string[]): Promise<void> {
  const before = await readFiles(folder);
  const names = (await readdir(folder, { recursive: false })).sort();
  const { exitCode, output, errors } = await init(folder, "--yes", ...words);
  expect(errors).toContain(message);
  expect({ exitCode, output }).toEqual({ exitCode: 2, output: "" });
  expect(await readFiles(folder)).toEqual(before);
  expect((await readdir(folder)).sort()).toEqual(names);
}

test("a symbolic link is not followed", async () => {
  const folder = await createProject(sample);
  const elsewhere = await createProject({ "src.ts": "elsewhere" });
  await rename(join(folder, "package.json"), join(elsewhere, "package.json"));
  await symlink(join(elsewhere, "package.json"), join(folder, "package.json"));
  await refuses(folder, "package.json is a symbolic link");
});

test("a folder that is a symbolic link is not followed", async () => {
  const folder = await createProject(sample);
  const elsewhere = await createProject({});
  await symlink(elsewhere, join(folder, "test"));
  await refuses(folder, "test is a symbolic link");
  expect(await readdir(elsewhere)).toEqual(["node_modules"]);
});

test("a read-only file stays as it is, and so do all others", async () => {
  const folder = await createProject(sample);
  await chmod(join(folder, "src/index.ts"), 0o444);
  await refuses(folder, "src/index.ts is read-only. Nothing was changed.");
});

test.each([
  ["comments", '{\n  // ours\n  "name": "api"\n}\n', "JSON has no comments"],
  ["an error", '{ "name": "api", }', "package.json is not valid JSON"],
  ["a list", "[]", "package.json is not an object"],
  [
    "a name twice",
    '{ "name": "api", "dependencies": {}, "dependencies": { "express": "*" } }',
    'two members with the name "dependencies"',
  ],
  [
    "a package twice",
    '{ "dependencies": { "express": "4", "express": "5" } }',
    'two members with the name "express"',
  ],
  ["dependencies of another type", '{ "dependencies": ["express"] }', "dependencies is not an object"],
])("a package.json with %s", async (_name, text, message) => {
  await refuses(await createProject({ ...sample, "package.json": text }), message);
});

test("a package.json that is not UTF-8", async () => {
  const folder = await createProject(sample);
  await writeFile(join(folder, "package.json"), Buffer.from([0xff, 0xfe, 0x7b, 0x00]));
  await refuses(folder, "package.json is not UTF-8 text");
});

test.each([
  ["tabs", '{\n\t"name": "api",\n\t"dependencies": {\n\t\t"express": "^5.0.0"\n\t}\n}\n'],
  [
    "CRLF and a byte order mark",
    '\uFEFF{\r\n  "name": "api",\r\n  "dependencies": {\r\n    "express": "^5.0.0"\r\n  }\r\n}\r\n',
  ],
  ["one line", '{"name":"api","dependencies":{"express":"^5.0.0"}}'],
  [
    "lists on one line, and odd spaces",
    '{ "name": "api", "files": ["a",   "b"],\n"dependencies"  : {"express":"^5.0.0"},\n    "devDependencies":{} }',
  ],
])("a package.json with %s keeps its layout", async (_name, text) => {
  const folder = await createProject({ ...sample, "package.json": text });
  await init(folder, "--yes");
  const after = await readFile(join(folder, "package.json"), "utf8");
  const { dependencies, devDependencies, ...others } = JSON.parse(after.replace("\uFEFF", ""));
  expect(Object.keys(dependencies)).toEqual(["@usher-auth/verify", "express"]);
  expect(devDependencies["@usher-auth/testing"]).toMatch(/^\^\d/);
  expect(others).toMatchObject({ name: "api" });
  expect(after.startsWith("\uFEFF")).toBe(text.startsWith("\uFEFF"));
  if (text.includes("\r\n")) expect(after.replaceAll("\r\n", "")).not.toContain("\n");
  if (text.includes("\t")) expect(after).toContain('\n\t\t"@usher-auth/verify"');
  if (text.includes('"files"')) expect(after).toContain('"files": ["a",   "b"]');
});

test("versions, scripts and tests that are there already stay as they are", async () => {
  const text = `${JSON.stringify(
    {
      type: "module",
      scripts: { test: "vitest run --coverage" },
      dependencies: { express: "5.0.0", "@usher-auth/verify": "file:../verify.tgz" },
      devDependencies: { vitest: "5.0.0" },
    },
    null,
    4,
  )}\n`;
  const folder = await createProject({ ...sample, "package.json": text, "tests/unit/api.test.ts": "" });
  await init(folder, "--yes");
  const after = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  expect(after.dependencies).toEqual({ "@usher-auth/verify": "file:../verify.tgz", express: "5.0.0" });
  expect(after.scripts).toEqual({ test: "vitest run --coverage" });
  expect(await readFile(join(folder, "tests/unit/usher.test.ts"), "utf8")).toContain('from "vitest"');
});

test("an edited file keeps its permissions", async () => {
  const folder = await createProject(sample);
  await chmod(join(folder, "src/index.ts"), 0o750);
  await init(folder, "--yes");
  expect((await stat(join(folder, "src/index.ts"))).mode & 0o777).toBe(0o750);
});

test("a file of another name for the same content is not changed", async () => {
  const folder = await createProject(sample);
  await link(join(folder, "src/index.ts"), join(folder, "copy.txt"));
  await init(folder, "--yes");
  expect(await readFile(join(folder, "copy.txt"), "utf8")).toBe(sample["src/index.ts"]);
});

const edit = (path: string, before: string): Change => ({
  kind: "edit",
  path,
  before,
  after: `${before}more\n`,
});

test("a file that was changed in the meantime ends the run, and the changes before it are undone", async () => {
  const folder = await createProject({ "a.txt": "a\n", "b.txt": "b\n" });
  const before = await readFiles(folder);
  const changes: Change[] = [
    { kind: "create", path: "new/folder/c.txt", content: "c" },
    edit("a.txt", "a\n"),
    edit("b.txt", "another text\n"),
  ];
  expect(() => writePlan(folder, changes)).toThrow("b.txt was changed in the meantime");
  expect(await readFiles(folder)).toEqual(before);
  expect((await readdir(folder)).sort()).toEqual(["a.txt", "b.txt", "node_modules"]);
});

test("a change that fails after others took their places undoes them", async () => {
  const folder = await createProject({ "a.txt": "a\n" });
  const before = await readFiles(folder);
  const create = { kind: "create", path: "c.txt", content: "c" } as const;
  // The second one finds the file of the first one.
  expect(() =>
    writePlan(folder, [edit("a.txt", "a\n"), { ...create, path: "d/e.txt" }, create, create]),
  ).toThrow("c.txt exists already. Nothing was changed.");
  expect(await readFiles(folder)).toEqual(before);
  expect((await readdir(folder)).sort()).toEqual(["a.txt", "node_modules"]);
});

test.each([
  ["../outside.txt", "outside of the project"],
  ["a/../../outside.txt", "outside of the project"],
  ["/tmp/outside.txt", "outside of the project"],
  ["a.txt", "a.txt exists already"],
  ["a.txt/b.txt", "a.txt is not a folder"],
])("nothing is created at %s", async (path, message) => {
  const folder = await createProject({ "a.txt": "a\n" });
  expect(() => writePlan(folder, [{ kind: "create", path, content: "x" }])).toThrow(message);
  expect((await readdir(folder)).sort()).toEqual(["a.txt", "node_modules"]);
});

test("a file that disappeared, and a folder in place of a file", async () => {
  const folder = await createProject({});
  await mkdir(join(folder, "b.txt"));
  expect(() => writePlan(folder, [edit("a.txt", "a\n")])).toThrow("a.txt has disappeared");
  expect(() => writePlan(folder, [edit("b.txt", "b\n")])).toThrow("b.txt is not a file");
});

test("a folder that is not writable", async (context) => {
  if (process.getuid?.() === 0) return context.skip("root may write everywhere");
  const folder = await createProject(sample);
  await chmod(folder, 0o555);
  await refuses(folder, "cannot be written");
  await chmod(folder, 0o755);
});

test("a new folder is created, with a secret that only its owner can read and nobody sees", async () => {
  const folder = join(await createProject({}), "my api");
  const words = ["init", "my api", "--framework", "fastify", "--yes"];
  const program = join(import.meta.dirname, "../../bin/usher-auth.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    cwd: join(folder, ".."),
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const { mode } = await lstat(join(folder, ".env"));
  expect(mode & 0o777).toBe(0o600);
  const secret =
    /^BETTER_AUTH_SECRET="?([^"\n]+)/m.exec(await readFile(join(folder, ".env"), "utf8"))?.[1] ?? "";
  expect(secret.length).toBeGreaterThan(31);
  expect(stdout).not.toContain(secret);
  expect(JSON.parse(await readFile(join(folder, "package.json"), "utf8")).name).toBe("my-api");
});

test("secrets are not part of a diff or of JSON", async () => {
  const files = {
    "package.json": manifest(["express", "better-auth"]),
    ".env.example": "DATABASE_URL=postgres://me:hunter2@db/x\nAPI_URL=https://api.example.com\n",
    "src/index.ts": 'import express from "express";\nconst app = express();\napp.listen(3001);\n',
    "src/auth.ts":
      'import { betterAuth } from "better-auth";\nexport const auth = betterAuth({\n  secret: "correct horse battery staple",\n  database: open("postgres://me:hunter2@db/x"),\n});\n',
  };
  for (const words of [["--dry-run"], ["--dry-run", "--json"]]) {
    const { output } = await init(await createProject(files), "--yes", ...words);
    expect(output).toContain("usherJwt");
    expect(output).not.toMatch(/hunter2|battery/);
  }
  const created = await init(await createProject({}), "--yes", "--framework", "fastify", "--dry-run");
  expect(created.output).toContain("BETTER_AUTH_SECRET=…");
});
