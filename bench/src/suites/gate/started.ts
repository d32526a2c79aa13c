import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { onFirstCore } from "./cores.ts";

/** A process of a run that listens on a port. */
export interface Started {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Whether a process is the one under measurement, which has a core to itself. */
export type Place = "measured" | "beside";

const script = fileURLToPath(new URL("./servers/server.ts", import.meta.url));

/** Starts one of the servers in `servers/`. */
export async function startServer(name: string, place: Place, upstream = ""): Promise<Started> {
  const child = start([process.execPath, script, name, upstream], place);
  child.stderr?.pipe(process.stderr);
  const output = child.stdout as NodeJS.ReadableStream;
  const [line] = (await Promise.race([once(output, "data"), once(child, "exit")])) as [Buffer | number];
  if (!(line instanceof Buffer)) throw new Error(`the server "${name}" ended`);
  return started(child, Number(line.toString()));
}

/** Starts a program, and waits until it listens on the port that it was given. */
export async function startProgram(
  command: readonly string[],
  place: Place,
  port: number,
  env: Readonly<Record<string, string>> = {},
): Promise<Started> {
  const child = start(command, place, env);
  let printed = "";
  // Read to the end: a pipe that nobody reads would fill up.
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text) => (printed = (printed + text).slice(-2000)));
  while (!(await listens(port))) {
    if (child.exitCode !== null) throw new Error(`${command[0]} ended with ${child.exitCode}: ${printed}`);
    await pause(50);
  }
  return started(child, port);
}

function start(
  command: readonly string[],
  place: Place,
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const [program, ...args] = (place === "measured" ? onFirstCore(command) : command) as [string, ...string[]];
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH, NODE_ENV: "production", ...env },
  });
  return child;
}

function started(child: ChildProcess, port: number): Started {
  const ended = once(child, "exit");
  return {
    port,
    pid: child.pid as number,
    async stop() {
      // Not SIGKILL at once: nginx would leave its worker behind.
      child.kill();
      const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
      await ended;
      clearTimeout(timer);
    },
  };
}

function listens(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, "127.0.0.1");
  socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
  return promise.finally(() => socket.destroy());
}
