import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { machineEnvironment } from "./machine-environment.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
/** Nothing is left of a test run that was killed. */
const parentWatcher = new URL("../../../../scripts/launch/parent-watcher.ts", import.meta.url).href;

/**
 * One of the two processes by itself, without the launcher, which would not let one live without the other.
 */
export interface ServiceProcess {
  /** Everything that it has written. */
  output(): string;
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts `apps/<name>` and resolves when it listens. It is killed when the test is over.
 *
 * @param environment - its variables, and nothing else of this machine's
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
