import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createProject, init, initJson, manifest, readFiles } from "./support/project.ts";

const fastify = ["--framework", "fastify", "--yes"];

/** A new project, in a folder without packages. */
async function newProject(): Promise<string> {
  const folder = await createProject({});
  await rm(join(folder, "node_modules"));
  expect((await init(folder, ...fastify)).exitCode).toBe(0);
  return folder;
}

test("says which flags the project has other values for, and keeps its own", async () => {
  const folder = await newProject();
  const before = await readFiles(folder);
  const flags = ["--issuer", "https://app.example.com", "--api", "https://api.example.com", "--yes"];
  const { exitCode, output } = await init(folder, ...flags);
  expect(exitCode).toBe(1);
  expect(output).toContain(
    "BETTER_AUTH_URL is http://localhost:3000/, which is kept, and --issuer https://app",
  );
  expect(output).toContain("API_URL is http://localhost:3001/, which is kept, and --api https://api");
  expect(await readFiles(folder)).toEqual(before);
});

test("refuses another framework than the project has", async () => {
  const folder = await newProject();
  const before = await readFiles(folder);
  const { exitCode, errors } = await init(folder, "--framework", "hono", "--yes");
  expect(errors).toContain("The project has a guard for fastify, and does not depend on hono");
  expect(exitCode).toBe(2);
  expect(await readFiles(folder)).toEqual(before);
});

test("says nothing of flags that agree", async () => {
  const folder = await newProject();
  const flags = ["--issuer", "http://localhost:3000/", "--api", "http://localhost:3001"];
  const { exitCode, manual } = await initJson(folder, ...fastify, ...flags);
  expect({ exitCode, manual }).toEqual({ exitCode: 0, manual: [] });
});

test("prints no password of an address", async () => {
  const folder = await newProject();
  await writeFile(join(folder, ".env"), "API_URL=https://me:hunter2@example.com\n");
  const { output, errors } = await init(folder, ...fastify, "--api", "https://api.example.com");
  expect(output).toContain("API_URL is another one");
  expect(output + errors).not.toContain("hunter2");
});

test("says which variables the .env lacks, as long as it does, and none of its values", async () => {
  const folder = await createProject({
    "package.json": manifest(["fastify"]),
    "src/index.ts": 'import fastify from "fastify";\nexport const app = fastify();\n',
    ".env": "BETTER_AUTH_SECRET=\nDATABASE_PASSWORD=hunter2\n",
  });
  const step = "Set in .env what it lacks of .env.example: API_URL, BETTER_AUTH_SECRET, BETTER_AUTH_URL";
  for (const _run of [1, 2]) {
    const { next } = await initJson(folder);
    expect(next.join("\n")).toContain(step);
    expect(JSON.stringify(next)).not.toContain("hunter2");
  }
  await writeFile(join(folder, ".env"), "BETTER_AUTH_SECRET=a\nBETTER_AUTH_URL=http://a\nAPI_URL=http://b\n");
  expect((await initJson(folder)).next.join()).not.toContain("what it lacks");
});

test("asks for npm install until the packages are there", async () => {
  const folder = await newProject();
  expect((await initJson(folder)).next).toContain("npm install");
  const { dependencies, devDependencies } = JSON.parse((await readFiles(folder))["package.json"] ?? "");
  for (const name of Object.keys({ ...dependencies, ...devDependencies }))
    await mkdir(join(folder, "node_modules", name), { recursive: true });
  expect((await initJson(folder)).next).not.toContain("npm install");
});
