import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestIssuer } from "@usher-auth/testing";
import { type Gate, startGate } from "../fronts/gate.ts";
import { type Child, startChild } from "../support/child.ts";
import { freePort, waitForPort } from "../support/ports.ts";
import type { Memory } from "./monitor.ts";

const backendFile = fileURLToPath(new URL("backend.ts", import.meta.url));
const monitorUrl = new URL("monitor.ts", import.meta.url).href;

/** The gate and a backend, each a process that can be killed and started again on its port. */
export interface System {
  readonly url: string;
  /** The gate's memory, read within the last second. */
  memory(): Memory;
  /** What the gates have printed. */
  log(): string;
  /** Whether one of the processes ended by itself. */
  hasCrashed(): boolean;
  /** `kill -9`, and a new process. Resolves when it serves. */
  restart(part: "gate" | "backend"): Promise<void>;
  stop(): Promise<void>;
}

export async function startSystem(issuer: TestIssuer): Promise<System> {
  const folder = mkdtempSync(join(tmpdir(), "usher-gate-soak-"));
  const memoryFile = join(folder, "memory.json");
  const [port, backendPort] = [await freePort(), await freePort()];
  const startBackend = async (): Promise<Child> => {
    const args = ["--disable-warning=ExperimentalWarning", backendFile, String(backendPort)];
    const child = startChild(process.execPath, args);
    await waitForPort(backendPort);
    return child;
  };
  const startTheGate = (): Promise<Gate> =>
    startGate({
      backend: backendPort,
      issuer,
      port,
      settings: { routes: [{ path: "/api/{user_id}/{rest...}" }] },
      environment: { GATE_MEMORY_FILE: memoryFile },
      nodeArgs: [`--import=${monitorUrl}`],
    });
  let backend = await startBackend();
  let gate = await startTheGate();
  let log = "";
  let crashed = false;
  return {
    url: `http://127.0.0.1:${port}`,
    memory: () => JSON.parse(readFileSync(memoryFile, "utf8")) as Memory,
    log: () => log + gate.log(),
    hasCrashed: () => crashed || backend.hasEnded() || gate.hasEnded(),
    restart: async (part) => {
      if (part === "backend") {
        crashed ||= backend.hasEnded();
        await backend.stop("SIGKILL");
        backend = await startBackend();
        return;
      }
      crashed ||= gate.hasEnded();
      log += gate.log();
      await gate.child.stop("SIGKILL");
      await gate.stop();
      gate = await startTheGate();
    },
    stop: async () => {
      await gate.stop();
      await backend.stop("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
