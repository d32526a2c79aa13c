import { execFile } from "node:child_process";
import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { root } from "../../../scripts/release/pack.ts";
import { extract, type Packed } from "./packed.ts";

/** The result of a program. */
export interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs a program and returns its exit code and output. Does not throw for a failure. */
export async function run(program: string, programArguments: readonly string[], cwd: string): Promise<Ended> {
  // Without the test runner's settings, such as the condition that resolves to the sources.
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: "1" };
  try {
    const { stdout, stderr } = await promisify(execFile)(program, [...programArguments], { cwd, env });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout = "", stderr = "" } = error as { code?: unknown; stdout?: string; stderr?: string };
    return { code: typeof code === "number" ? code : -1, output: `${stdout}${stderr}` };
  }
}

/**
 * Creates a project and installs the packages from their tarballs with npm, without a network.
 *
 * The folder above it has links to the frameworks of this repository, but not to its packages.
 */
export async function createProject(parent: string, packed: readonly Packed[]): Promise<string> {
  const project = join(parent, "project");
  await mkdir(project);
  await linkFrameworks(join(parent, "node_modules"));
  await writeFile(
    join(project, "package.json"),
    JSON.stringify({ name: "project", private: true, type: "module" }),
  );
  const ours = new Set(packed.map(({ manifest }) => manifest.name));
  const isAlone = ({ manifest }: Packed) =>
    Object.keys(manifest.dependencies ?? {}).every((name) => ours.has(name));
  const installed = await run(
    "npm",
    // Legacy, because npm would otherwise download a required peer (better-auth).
    [
      "install",
      "--offline",
      "--ignore-scripts",
      "--legacy-peer-deps",
      ...packed.filter(isAlone).map(({ path }) => path),
    ],
    project,
  );
  if (installed.code !== 0) throw new Error(`npm install: ${installed.output}`);
  // npm would download the dependencies of these.
  for (const one of packed) if (!isAlone(one)) extract(one, join(project, "node_modules", one.manifest.name));
  return project;
}

async function linkFrameworks(target: string): Promise<void> {
  // A workspace's own modules come first: it may have another version than the root.
  for (const source of [join(root, "packages/verify/node_modules"), join(root, "node_modules")]) {
    for (const name of await packageNames(source)) {
      const link = join(target, name);
      await mkdir(dirname(link), { recursive: true });
      await symlink(join(source, name), link, "dir").catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST") throw error;
      });
    }
  }
}

async function packageNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((): string[] => []);
  const nested = names.map(async (name) => {
    if (name.startsWith(".") || name.startsWith("@usher-auth") || name === "usher-auth") return [];
    if (!name.startsWith("@")) return [name];
    return (await readdir(join(folder, name))).map((scoped) => `${name}/${scoped}`);
  });
  return (await Promise.all(nested)).flat();
}
