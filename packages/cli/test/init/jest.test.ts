import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createProject, initJson } from "./support/project.ts";

const sources = {
  "src/main.ts":
    'import { NestFactory } from "@nestjs/core";\nimport { AppModule } from "./app.module";\nvoid NestFactory.create(AppModule).then((app) => app.listen(3001));\n',
  "src/app.module.ts":
    'import { Module } from "@nestjs/common";\n@Module({ imports: [] })\nexport class AppModule {}\n',
};

function packageJson(jest: object, scripts: object): string {
  const dependencies = { "@nestjs/common": "^11.0.0", "@nestjs/core": "^11.0.0" };
  const fields = { name: "api", scripts, dependencies, devDependencies: { jest: "^30.0.0" }, jest };
  return `${JSON.stringify(fields, null, 2)}\n`;
}

test("what nest new writes gets a test that Jest can load", async () => {
  const jest = {
    rootDir: "src",
    testRegex: ".*\\.spec\\.ts$",
    transform: { "^.+\\.(t|j)s$": "ts-jest" },
  };
  const scripts = { test: "jest", "test:e2e": "jest --config ./test/jest-e2e.json" };
  const folder = await createProject({ ...sources, "package.json": packageJson(jest, scripts) });
  const { manual, next } = await initJson(folder, "--yes");
  expect(manual).toEqual([]);
  expect(next).toContainEqual(expect.stringContaining("./test/jest-e2e.json"));

  // Without it, Jest reports "Must use import to load ES Module".
  const written = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  expect(written.jest).toEqual({ ...jest, transformIgnorePatterns: ["/node_modules/(?!@usher-auth/)"] });
  // Jest has no import() in CommonJS, and TypeScript wants an extension there that Jest does not find.
  expect(await readFile(join(folder, "src/usher.spec.ts"), "utf8")).toContain(
    'const { AppModule } = require("./app.module") as typeof import("./app.module");',
  );

  const again = await initJson(folder, "--yes");
  expect(again).toMatchObject({ changes: [], manual: [] });
});

test("Jest's settings that do not transform JavaScript are left to a person", async () => {
  const jest = { transform: { "^.+\\.ts$": "ts-jest" } };
  const folder = await createProject({ ...sources, "package.json": packageJson(jest, { test: "jest" }) });
  const { manual, exitCode } = await initJson(folder, "--yes");
  expect(manual).toEqual([
    expect.objectContaining({
      path: "package.json",
      lines: 'transformIgnorePatterns: ["/node_modules/(?!@usher-auth/)"],',
    }),
  ]);
  expect(exitCode).toBe(1);
  expect(JSON.parse(await readFile(join(folder, "package.json"), "utf8")).jest).toEqual(jest);
});
