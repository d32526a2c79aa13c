import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsdown";

const here = fileURLToPath(new URL(".", import.meta.url));

/**
 * One file for a program and one for a worker, with everything of ours in it: no runtime has to find a package, strip a
 * type, or know a condition.
 */
export async function bundleSuite(outDir: string): Promise<void> {
  // One by one, or what they share would go into a file of its own.
  for (const entry of ["suite/program.ts", "suite/worker.ts"]) await bundle(entry, outDir);
  await writeFile(join(outDir, "workerd.capnp"), workerdConfiguration);
}

async function bundle(entry: string, outDir: string): Promise<void> {
  await build({
    config: false,
    cwd: here,
    entry,
    clean: false,
    outDir,
    platform: "node",
    target: "es2022",
    dts: false,
    fixedExtension: false,
    inputOptions: { resolve: { conditionNames: ["@usher-auth/source", "import", "default"] } },
    deps: { alwaysBundle: [/^@usher-auth\//] },
    logLevel: "error",
  });
}

const workerdConfiguration = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = .suite)]);
const suite :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-01-01",
  compatibilityFlags = ["nodejs_compat"],
);
`;
