import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** What a process said, and how it ended. */
export type Ended = { code: number | null; stdout: string; stderr: string };

export type ApiProcess = {
  url: string;
  pid: number;
  output: () => string;
  kill: (signal: NodeJS.Signals) => void;
  ended: Promise<Ended>;
};

const running = new Set<ChildProcess>();

/** Kills whatever a failed test left behind. */
export function killLeftovers(): void {
  for (const child of running) child.kill("SIGKILL");
}

function launch(env: Record<string, string>, wrapper: readonly string[] = []) {
  const [command = "", ...rest] = [...wrapper, process.execPath, "--conditions=@usher-auth/source", main];
  const child = spawn(command, rest, {
    // Of this machine's variables only that which makes starting quicker.
    env: { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, API_PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  const said = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said.stderr += text;
  });
  const ended = once(child, "close").then(([code]): Ended => {
    running.delete(child);
    return { code, ...said };
  });
  return { child, said, ended };
}

/**
 * Starts the API as a process of its own and waits until it listens.
 *
 * @param wrapper A command that becomes what the rest of its arguments say, such as `nice`.
 */
export async function startProcess(
  env: Record<string, string>,
  wrapper?: readonly string[],
): Promise<ApiProcess> {
  const { child, said, ended } = launch(env, wrapper);
  const { promise: url, resolve } = Promise.withResolvers<string>();
  child.stdout.on("data", () => {
    const match = /api listening on (http:\/\/localhost:\d+)/.exec(said.stdout);
    if (match?.[1]) resolve(match[1]);
  });
  const failed = ended.then((end): never => {
    throw new Error(`the API did not start: ${JSON.stringify(end)}`);
  });
  failed.catch(() => {});
  return {
    url: await Promise.race([url, failed]),
    pid: child.pid as number,
    output: () => said.stdout,
    kill: (signal) => child.kill(signal),
    ended,
  };
}

/** Starts the API where it is expected to give up. */
export async function runToEnd(env: Record<string, string>): Promise<Ended> {
  return launch(env).ended;
}
