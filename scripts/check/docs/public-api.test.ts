import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { missingExamples } from "./missing-examples.ts";
import { type PublicName, publicNames } from "./public-api.ts";

const documented = "/**\n * Does it.\n *\n * @example\n * ```ts\n * it();\n * ```\n */\n";

/** A repository with one package, `a`, whose entry and subpath have this code. */
function namesOf(code: string, subpath = "export const unrelated = 1;"): PublicName[] {
  const root = mkdtempSync(join(tmpdir(), "usher-api-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  const target = (file: string) => ({ "@usher-auth/source": file, default: "./dist/index.js" });
  const exports = {
    ".": target("./src/index.ts"),
    "./sub": target("./src/sub.ts"),
    "./package.json": "./package.json",
  };
  write("packages/a/package.json", JSON.stringify({ name: "a", type: "module", exports }));
  const compilerOptions = { module: "nodenext", noEmit: true, allowImportingTsExtensions: true };
  write("packages/a/tsconfig.json", JSON.stringify({ compilerOptions, include: ["src"] }));
  write("packages/a/src/index.ts", code);
  write("packages/a/src/sub.ts", subpath);
  return publicNames(root);
}

const missing = (code: string, subpath?: string) =>
  missingExamples(namesOf(code, subpath)).map(({ module, kind, name }) => `${module}: ${kind} ${name}`);

test.each([
  ["function", "export function it(): void {}"],
  ["function", "export const it = (): void => {};"],
  ["class", "export class it {}"],
])("a %s needs an @example: %s", (kind, code) => {
  expect(missing(code)).toEqual([`a: ${kind} it`]);
  expect(missing(`${documented}${code}`)).toEqual([]);
});

test.each(["export interface SomeOptions { a?: 1 }", "export type SomeOptions = { a?: 1 };"])(
  "an options type needs an @example: %s",
  (code) => {
    expect(missing(code)).toEqual(["a: options SomeOptions"]);
    expect(missing(`${documented}${code}`)).toEqual([]);
  },
);

test("an @example without a sentence is not enough", () => {
  expect(missing("/** @example x */\nexport function it(): void {}")).toEqual(["a: function it"]);
});

test("other types and values need none", () => {
  expect(missing("export interface Answer { a: 1 }\nexport const limit: number = 5;")).toEqual([]);
});

test("finds what is exported from other files, under its public name, once", () => {
  const sub = "export function inner(): void {}\nexport class Other {}";
  expect(missing('export { inner as outer } from "./sub.ts";', sub)).toEqual([
    "a: function outer",
    "a/sub: function inner",
    "a/sub: class Other",
  ]);
  expect(missing('export * from "./sub.ts";', sub)).toEqual(["a: function inner", "a: class Other"]);
});

test("reads this repository's packages", () => {
  const names = publicNames(fileURLToPath(new URL("../../..", import.meta.url)));
  expect(names).toContainEqual(
    expect.objectContaining({ module: "@usher-auth/verify", name: "createVerifier", kind: "function" }),
  );
  expect(names).toContainEqual(
    expect.objectContaining({ module: "@usher-auth/verify/fastify", name: "usher", kind: "function" }),
  );
  expect(names).toContainEqual(
    expect.objectContaining({ module: "@usher-auth/client", name: "ApiClientOptions", kind: "options" }),
  );
});
