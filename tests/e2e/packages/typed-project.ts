import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { root } from "../../../scripts/release/pack.ts";
import { extract, type Packed } from "./packed.ts";
import { run } from "./project.ts";

/**
 * Creates a project that sees our packages and the given others only, as with pnpm.
 *
 * @param others The names of packages, or `[name, folder of node_modules]` for one under another name.
 */
export async function createProject(
  folder: string,
  packages: readonly Packed[],
  name: string,
  others: readonly (string | readonly [string, string])[],
  settings: object,
): Promise<string> {
  const project = join(folder, name);
  for (const other of others) {
    const [name, source] = typeof other === "string" ? [other, other] : other;
    const link = join(project, "node_modules", name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(root, "node_modules", source), link, "dir");
  }
  for (const one of packages) extract(one, join(project, "node_modules", one.manifest.name));
  await writeFile(join(project, "package.json"), JSON.stringify(settings));
  return project;
}

/** Compiles a program in the project, and returns what the compiler says. */
export async function compile(project: string, source: string, compilerOptions: object): Promise<string> {
  await writeFile(join(project, "program.ts"), source);
  const options = { strict: true, target: "ES2024", outDir: "out", types: ["node"], ...compilerOptions };
  await writeFile(
    join(project, "tsconfig.json"),
    JSON.stringify({ compilerOptions: options, files: ["program.ts"] }),
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  return (await run(process.execPath, [tsc, "-p", ".", "--pretty", "false", "--checkers", "1"], project))
    .output;
}
