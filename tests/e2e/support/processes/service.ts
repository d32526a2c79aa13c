import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { machineEnvironment } from "./machine-environment.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
/** Ends the process when the test run is killed. */
const parentWatcher = new URL("../../../../scripts/launch/parent-watcher.ts", import.meta.url).href;

/** The web app or the API as a single process. The launcher would stop one when the other ends. */
export interface ServiceProcess {
  /** Its standard output and error so far. */
  output(): string;
  /** Sends SIGKILL. Resolves when the process has ended. */
  kill(): Promise<void>;
}

/**
 * Starts `apps/<name>` and resolves when it listens. It is killed when the test ends.
 *
 * @param environment - its variables. It inherits no others, except those of `machineEnvironment`.
 */
export async function startProcess(
  name: "api" | "web",
  environment: Record<string, string>,
): Promise<ServiceProcess> {
  const entry = name === "api" ? "apps/api/src/main.ts" : "apps/web/src/server/main.ts";
  const child = spawn(
    process.execPath,
    [
      "--disable-warning=ExperimentalWarning",
      "--conditions=@usher-auth/source",
      `--import=${parentWatcher}`,
      entry,
    ],
    {
      cwd: root,
      env: { ...machineEnvironment(), ...environment },
      stdio: ["pipe", "pipe", "pipe"],
    },
  );
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  onTestFinished(kill);
  const read = collect(child);
  const listening = Promise.withResolvers<void>();
  child.stdout.on("data", () => read().includes("listening") && listening.resolve());
  child.once("exit", () => listening.reject(new Error(`the ${name} process ended: ${read()}`)));
  await listening.promise;
  return { output: read, kill };
}

function collect(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk) => {
      text += chunk;
    });
  }
  return () => text;
}
