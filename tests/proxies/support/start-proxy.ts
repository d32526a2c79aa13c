import { chmodSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "@usher-auth/e2e/find-program";
import { run, waitUntil } from "@usher-auth/e2e/program";
import type { Ports, ProxyServer } from "./proxies.ts";

/** A proxy that is running. */
export interface StartedProxy {
  readonly port: number;
  /** What it has logged. */
  output(): string;
  close(): Promise<void>;
}

/** Starts a proxy with its documented configuration. */
export async function startProxy(proxy: ProxyServer, ports: Ports): Promise<StartedProxy> {
  const folder = mkdtempSync(join(tmpdir(), "usher-proxy-"));
  // Started as root, nginx works as another user.
  chmodSync(folder, 0o755);
  const program = run(findProgram(proxy.program) ?? proxy.program, proxy.configure(folder, ports), {
    cwd: folder,
  });
  await waitUntil(() => isRouting(ports.proxy), program);
  return {
    port: ports.proxy,
    output: program.output,
    close: async () => {
      await program.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Some proxies listen before they know where requests go. */
async function isRouting(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
  return response !== undefined && response.status !== 404;
}
