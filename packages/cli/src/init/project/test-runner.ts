import { isTest, type ProjectFile } from "./files.ts";
import type { Manifest } from "./manifest.ts";
import type { ModuleStyle, TypeScriptSettings } from "./module-style.ts";

/** What runs the tests of a project. */
export type TestRunner = "vitest" | "jest" | "node";

/** The runner of a project's tests, or the one for a project that has none; undefined for an unknown one. */
export function testRunnerOf(
  manifest: Pick<Manifest, "all" | "scripts">,
  { language, importExtension }: ModuleStyle,
): { readonly runner: TestRunner; readonly isNew: boolean } | undefined {
  const { test = "" } = manifest.scripts;
  for (const runner of ["vitest", "jest"] as const)
    if (manifest.all[runner] !== undefined) return { runner, isNew: test === "" };
  // Node runs TypeScript whose imports name the .ts files.
  const runsInNode = language === "js" || /ts$/.test(importExtension) || /\btsx\b/.test(test);
  if (test.includes("--test") && /\b(?:node|tsx)\b/.test(test))
    return runsInNode ? { runner: "node", isNew: false } : undefined;
  if (test !== "" && !/no test specified/.test(test)) return undefined;
  return { runner: runsInNode ? "node" : "vitest", isNew: true };
}

/** Where the project keeps its tests, and how it names them. */
export function testPathOf(
  files: readonly ProjectFile[],
  runner: TestRunner,
  { jest }: Pick<Manifest, "jest">,
  guardFolder: string,
  { extension }: ModuleStyle,
  typescript: TypeScriptSettings | undefined,
): string {
  const under = (folder: string, name: string) => (folder === "" ? name : `${folder}/${name}`);
  const isSpec = runner === "jest" && /spec/.test(JSON.stringify(jest ?? ""));
  const name = `usher.${isSpec ? "spec" : "test"}${extension}`;
  if (isSpec) return under(guardFolder, name);
  const existing = files.find(({ path }) => isTest(path) && /\.(?:test|spec)\.[mc]?[jt]sx?$/.test(path));
  if (existing !== undefined) return under(existing.path.split("/").slice(0, -1).join("/"), name);
  // A test outside of rootDir does not compile.
  if (typescript?.rootDir !== undefined && !typescript.hasInclude) return under(guardFolder, name);
  return under("test", name);
}
