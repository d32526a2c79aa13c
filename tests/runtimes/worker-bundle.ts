import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "tsdown";
import { root } from "./runtimes.ts";

/**
 * The configuration of workerd: `nodejs_compat`, which Usher needs, and access to the JWKS on loopback.
 */
export const workerConfig = `
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
  compatibilityDate = "2026-11-01",
  compatibilityFlags = ["nodejs_compat"],
  bindings = [(name = "SETTINGS", text = embed "settings.json")],
  globalOutbound = "loopback",
);
`;

let bundled: Promise<string> | undefined;

/** Bundles the program and the packages' bundles into one file, as for a deployed Worker. */
export function bundleWorker(): Promise<string> {
  bundled ??= bundle();
  return bundled;
}

async function bundle(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "usher-worker-bundle-"));
  try {
    await build({
      config: false,
      cwd: root,
      entry: "tests/runtimes/program/worker.ts",
      outDir: folder,
      platform: "node",
      dts: false,
      fixedExtension: false,
      logLevel: "error",
    });
    return await readFile(join(folder, "worker.js"), "utf8");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
