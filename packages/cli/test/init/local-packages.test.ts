import { join } from "node:path";
import { expect, test } from "vitest";
import { addFiles, createProject, init, manifest, readFiles } from "./support/project.ts";

const tarballs = {
  "@usher-auth/issuer": "file:../packed/issuer.tgz",
  "@usher-auth/postgres": "file:../packed/postgres.tgz",
  "@usher-auth/testing": "file:../packed/testing.tgz",
  "@usher-auth/verify": "file:../packed/verify.tgz",
  "usher-auth": "file:../packed/usher-auth.tgz",
};
const above = JSON.stringify({ dependencies: { ...tarballs, fastify: "file:../fastify.tgz" } });

async function dependenciesOf(folder: string, path: string): Promise<Record<string, string>> {
  const { dependencies, devDependencies } = JSON.parse((await readFiles(folder))[path] ?? "{}");
  return { ...devDependencies, ...dependencies };
}

test("a new project takes our packages from the files of the folder above", async () => {
  const folder = await createProject({ "package.json": above });
  const { exitCode } = await init(folder, "apps/my-api", "--framework", "fastify", "--yes");
  expect(exitCode).toBe(0);
  const all = await dependenciesOf(folder, "apps/my-api/package.json");
  for (const [name, file] of Object.entries(tarballs))
    expect(all[name]).toBe(file.replace("file:..", "file:../../.."));
  expect(all.fastify).toMatch(/^\^\d/);
});

test("so does a project that exists; the nearest package.json counts", async () => {
  const folder = await createProject({ "package.json": above });
  const project = {
    "package.json": manifest(["fastify"]),
    "src/index.ts": 'import fastify from "fastify";\n',
  };
  await addFiles(join(folder, "api"), { ...project, "src/app.ts": "export const app = fastify();\n" });
  await init(join(folder, "api"), "../new", "--framework", "hono", "--yes");
  expect(await dependenciesOf(folder, "new/package.json")).not.toHaveProperty("@usher-auth/postgres");
  await init(folder, "api", "--yes");
  const all = await dependenciesOf(folder, "api/package.json");
  expect(all["@usher-auth/verify"]).toBe("file:../../packed/verify.tgz");
});

test.each([
  ["versions", '{"dependencies": {"usher-auth": "^0.1.0", "@usher-auth/verify": "^0.1.0"}}'],
  ["text that is not JSON", "{"],
  ["no object", "null"],
])("a package.json with %s changes nothing", async (_name, text) => {
  const folder = await createProject({ "package.json": text });
  const { exitCode } = await init(folder, "my-api", "--framework", "fastify", "--yes");
  expect(exitCode).toBe(0);
  expect((await dependenciesOf(folder, "my-api/package.json"))["@usher-auth/verify"]).toMatch(/^\^\d/);
});
