import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root: string = fileURLToPath(new URL("../..", import.meta.url));
const require = createRequire(import.meta.url);

/** A runtime on which the core is tested. */
export interface Runtime {
  readonly name: string;
  /** The name of its test file, without `.test.ts`. */
  readonly file: string;
  /**
   * The absolute path of its binary, or why there is none. Checked at each call, because it may just have
   * been installed.
   */
  findBinary(): string | { readonly missing: string };
  /** The arguments before the program and its own arguments. */
  readonly run: readonly string[];
}

const program = (file: string) => join(root, "tests/runtimes/program", file);
const { platform, arch } = process;
const cpu = arch === "arm64" ? "aarch64" : arch;

const node24: Runtime = {
  name: "Node 24",
  file: "node-24",
  findBinary: () => process.execPath,
  run: [program("node.ts")],
};
const node22: Runtime = {
  name: "Node 22",
  file: "node-22",
  findBinary: () => find(`node-22-${platform}-${arch}`, "bin/node"),
  run: [program("node.ts")],
};
const node26: Runtime = {
  name: "Node 26",
  file: "node-26",
  findBinary: () => find(`node-26-${platform}-${arch}`, "bin/node"),
  run: [program("node.ts")],
};
const bun: Runtime = {
  name: "Bun",
  file: "bun",
  findBinary: () => find(`@oven/bun-${platform}-${cpu}`, "bin/bun"),
  run: ["--no-install", program("bun.ts")],
};
const deno: Runtime = {
  name: "Deno",
  file: "deno",
  findBinary: () => find(`@deno/${platform}-${arch}${platform === "linux" ? "-glibc" : ""}`, "deno"),
  // Loopback only, without downloads: the packages are in node_modules.
  run: ["run", "--quiet", "--no-lock", "--no-prompt", "--cached-only", "--node-modules-dir=manual"].concat(
    "--allow-net=127.0.0.1",
    "--allow-read",
    "--allow-env",
    program("deno.ts"),
  ),
};
const workerd: Runtime = {
  name: "workerd",
  file: "workerd",
  findBinary: () => find(`@cloudflare/workerd-${platform}-${arch === "x64" ? "64" : arch}`, "bin/workerd"),
  run: ["serve"],
};

export const runtimes = { node22, node24, node26, bun, deno, workerd };

function find(packageName: string, file: string): ReturnType<Runtime["findBinary"]> {
  try {
    const path = join(dirname(require.resolve(`${packageName}/package.json`)), file);
    if (existsSync(path)) return path;
  } catch {}
  return { missing: `${packageName} is not installed: \`npm run test:runtimes\` does it` };
}
