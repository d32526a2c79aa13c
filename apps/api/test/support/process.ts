import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** The output of a process, and its exit code. */
export type Ended = { code: number | null; stdout: string; stderr: string };

export type ApiProcess = {
  url: string;
  pid: number;
  output: () => string;
  kill: (signal: NodeJS.Signals) => void;
  ended: Promise<Ended>;
};

const running = new Set<ChildProcess>();

/** Kills the processes that a failed test has left running. */
export function killLeftovers(): void {
  for (const child of running) child.kill("SIGKILL");
}

function launch(env: Record<string, string>, wrapper: readonly string[] = []) {
  const [command = "", ...rest] = [...wrapper, process.execPath, "--conditions=@usher-auth/source", main];
  const child = spawn(command, rest, {
    // Of this machine's variables only the one that makes starting faster.
    env: { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, API_PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  const ended = once(child, "close").then(([code]): Ended => {
    running.delete(child);
    return { code, ...output };
  });
  return { child, output, ended };
}

/**
 * Starts the API as a separate process and waits until it listens.
 *
 * @param wrapper A command that runs the rest of its arguments, such as `nice`.
 */
export async function startProcess(
  env: Record<string, string>,
  wrapper?: readonly string[],
): Promise<ApiProcess> {
  const { child, output, ended } = launch(env, wrapper);
  const { promise: url, resolve } = Promise.withResolvers<string>();
  child.stdout.on("data", () => {
    const match = /api listening on (http:\/\/localhost:\d+)/.exec(output.stdout);
    if (match?.[1]) resolve(match[1]);
  });
  const failed = ended.then((end): never => {
    throw new Error(`the API did not start: ${JSON.stringify(end)}`);
  });
  failed.catch(() => {});
  return {
    url: await Promise.race([url, failed]),
    pid: child.pid as number,
    output: () => output.stdout,
    kill: (signal) => child.kill(signal),
    ended,
  };
}

/** Starts the API where it is expected to exit. */
export async function runToEnd(env: Record<string, string>): Promise<Ended> {
  return launch(env).ended;
}
