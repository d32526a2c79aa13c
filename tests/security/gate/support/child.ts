import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";

/** A program that a test has started. */
export interface Child {
  readonly process: ChildProcess;
  /** Standard output and standard error. */
  log(): string;
  hasEnded(): boolean;
  /** Sends the signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a program without the variables of this shell. */
export function startChild(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  options: SpawnOptions = {},
): Child {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const child = spawn(program, args, {
    ...options,
    env: { PATH, NODE_COMPILE_CACHE, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
  child.on("error", (error) => {
    log += error.message;
  });
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  return {
    process: child,
    log: () => log,
    hasEnded,
    stop: async (signal = "SIGTERM") => {
      if (hasEnded()) return;
      child.kill(signal);
      await once(child, "exit");
    },
  };
}
