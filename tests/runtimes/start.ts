import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Settings } from "./program/app.ts";
import { type Runtime, root } from "./runtimes.ts";
import { bundleWorker, workerConfig } from "./worker-bundle.ts";

/** The running program on a runtime. */
export interface RunningProgram {
  readonly origin: string;
  close(): Promise<void>;
}

/**
 * Starts the program on a free port of the loopback interface.
 *
 * @param environment Its only environment variables; a Worker has none. Default: none.
 */
export async function startProgram(
  runtime: Runtime,
  settings: Settings,
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningProgram> {
  const binary = runtime.findBinary();
  if (typeof binary !== "string") throw new Error(binary.missing);
  return runtime.name === "workerd"
    ? startWorker(binary, "worker", workerConfig("2026-11-01", ["nodejs_compat"]), settings)
    : await launch(binary, [...runtime.run, JSON.stringify(settings)], environment);
}

/** Starts a Worker with the client alone, with this compatibility date. */
export async function startClientWorker(workerd: Runtime, date: string): Promise<RunningProgram> {
  const binary = workerd.findBinary();
  if (typeof binary !== "string") throw new Error(binary.missing);
  return startWorker(binary, "client-worker", workerConfig(date, []));
}

async function startWorker(
  binary: string,
  program: string,
  config: string,
  settings: Settings | Record<string, never> = {},
): Promise<RunningProgram> {
  const folder = await mkdtemp(join(tmpdir(), "usher-worker-"));
  await writeFile(join(folder, "worker.js"), await bundleWorker(program));
  await writeFile(join(folder, "settings.json"), JSON.stringify(settings));
  await writeFile(join(folder, "config.capnp"), config);
  // It writes its port to a file descriptor of our choice: its standard output.
  const running = await launch(binary, ["serve", "--control-fd=1", join(folder, "config.capnp")]);
  return {
    origin: running.origin,
    close: async () => {
      await running.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Starts a process that prints a line of JSON with its port. */
async function launch(
  binary: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningProgram> {
  const child = spawn(binary, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], env: environment });
  const killAtExit = () => child.kill("SIGKILL");
  process.once("exit", killAtExit);
  try {
    const port = await readPort(child);
    return {
      origin: `http://127.0.0.1:${port}`,
      close: async () => {
        process.off("exit", killAtExit);
        child.kill("SIGKILL");
        if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      },
    };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

async function readPort(child: ChildProcess): Promise<number> {
  let complaints = "";
  (child.stderr as Readable).on("data", (chunk) => {
    complaints += chunk;
  });
  const ended = once(child, "exit").then(() => {
    throw new Error(`${child.spawnfile} ended: ${complaints}`);
  });
  const listening = new Promise<number>((resolve) => {
    createInterface(child.stdout as Readable).on("line", (line) => {
      const { port } = JSON.parse(line) as { readonly port?: number };
      if (port !== undefined) resolve(port);
    });
  });
  ended.catch(() => undefined);
  return await Promise.race([listening, ended]);
}
