import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { publicNames } from "./docs/public-api.ts";
import { repositoryFiles } from "./repository-files.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (file: string) => readFileSync(join(root, file), "utf8");

describe("a newcomer is not overwhelmed by", () => {
  test("loose files in packages/verify/src: at most 10, the rest is in folders", () => {
    const entries = readdirSync(join(root, "packages/verify/src"), { withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    expect(files.length, files.join(" ")).toBeLessThanOrEqual(10);
  });

  test("names in the main entry of @usher-auth/verify: at most 40, types included", () => {
    const names = publicNames(root).filter(({ module }) => module === "@usher-auth/verify");
    expect(names.length, names.map(({ name }) => name).join(" ")).toBeLessThanOrEqual(40);
    expect(names.map(({ name }) => name)).toContain("createVerifier");
  });

  test.each([
    ["README.md", 700],
    ["ARCHITECTURE.md", 1500],
  ])("words in %s: at most %i", (file, most) => {
    const words = read(file).split(/\s+/).filter(Boolean);
    expect(words.length).toBeLessThanOrEqual(most);
  });

  test("lines of TypeScript over 110 characters: at most 0.5 %", () => {
    const lines = repositoryFiles(root)
      // Prisma's client is generated.
      .filter((file) => /\.tsx?$/.test(file) && !file.includes("/generated/"))
      .flatMap((file) =>
        read(file)
          .split("\n")
          .map((line, index) => ({ place: `${file}:${index + 1}`, line })),
      );
    const long = lines.filter(({ line }) => line.length > 110);
    const share = (long.length / lines.length) * 100;
    expect(share, long.map(({ place }) => place).join("\n")).toBeLessThanOrEqual(0.5);
  });
});

test("no imports may form a circle, not even of types", async () => {
  const { forbidden, options } = await dependencyRules();
  const rule = forbidden.find(({ name }) => name === "no-cycles");
  expect(rule).toMatchObject({ severity: "error", from: {}, to: { circular: true } });
  // No condition that exempts a kind of import.
  expect(Object.keys(rule?.to ?? {})).toEqual(["circular"]);
  expect(options.tsPreCompilationDeps).toBe(true);
});

interface DependencyRules {
  readonly forbidden: readonly { readonly name: string; readonly to: object }[];
  readonly options: { readonly tsPreCompilationDeps?: boolean };
}

async function dependencyRules(): Promise<DependencyRules> {
  const module = await import(pathToFileURL(join(root, ".dependency-cruiser.mjs")).href);
  return module.default;
}
