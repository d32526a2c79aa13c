import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of this file, where the runtimes are installed that the repository itself does not need. */
export const here: string = fileURLToPath(new URL(".", import.meta.url));

/** A JavaScript runtime, as the registry has it. */
export interface Runtime {
  readonly name: string;
  /** Its program; undefined where there is none for this kind of machine, or none is installed. */
  readonly program: string | undefined;
  /** How it runs the suite in the current folder. */
  readonly run: readonly string[];
}

const { platform, arch } = process;
/** Each names the kinds of machine in its own way. */
const bunPackage = `@oven/bun-${platform}-${arch === "arm64" ? "aarch64" : arch}`;
const denoPackage = `@deno/${platform}-${arch}${platform === "linux" ? "-glibc" : ""}`;
const workerdPackage = `@cloudflare/workerd-${platform}-${arch === "x64" ? "64" : arch}`;

/** All of them, in the order of the table. Bun comes with the repository's own packages, for `npm test`. */
export function allRuntimes(): Runtime[] {
  return [
    { name: "Node 22", program: installed(`node-22-${platform}-${arch}`, "bin/node"), run: ["program.js"] },
    { name: "Node 24", program: process.execPath, run: ["program.js"] },
    { name: "Node 26", program: installed(`node-26-${platform}-${arch}`, "bin/node"), run: ["program.js"] },
    bun(),
    {
      name: "Deno",
      program: installed(denoPackage, "deno"),
      run: ["run", "--no-config", "--no-remote", "--allow-env", "program.js"],
    },
    { name: "workerd", program: installed(workerdPackage, "bin/workerd"), run: ["test", "workerd.capnp"] },
  ];
}

export function bun(): Runtime {
  return { name: "Bun", program: installed(bunPackage, "bin/bun"), run: ["program.js"] };
}

/** A file of a package that is installed here or in the repository. */
function installed(name: string, file: string): string | undefined {
  try {
    const manifest = createRequire(join(here, "package.json")).resolve(`${name}/package.json`);
    const program = join(dirname(manifest), file);
    return existsSync(program) ? program : undefined;
  } catch {
    return undefined;
  }
}
