import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "tsdown";
import { root } from "./runtimes.ts";

/**
 * The configuration of workerd, with access to loopback.
 *
 * @param date The compatibility date.
 * @param flags `nodejs_compat` is the one that the guard needs.
 */
export const workerConfig = (date: string, flags: readonly string[]): string => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "loopback", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "${date}",
  compatibilityFlags = ${JSON.stringify(flags)},
  bindings = [(name = "SETTINGS", text = embed "settings.json")],
  globalOutbound = "loopback",
);
`;

const bundled = new Map<string, Promise<string>>();

/**
 * Bundles a program and the packages' bundles into one file, as for a deployed Worker.
 *
 * @param name The program's file, without `.ts`.
 */
export function bundleWorker(name: string): Promise<string> {
  const bundling = bundled.get(name) ?? bundle(name);
  bundled.set(name, bundling);
  return bundling;
}

async function bundle(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "usher-worker-bundle-"));
  try {
    await build({
      config: false,
      cwd: root,
      entry: `tests/runtimes/program/${name}.ts`,
      outDir: folder,
      platform: "node",
      dts: false,
      fixedExtension: false,
      logLevel: "error",
    });
    return await readFile(join(folder, `${name}.js`), "utf8");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
