import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Identity } from "../files/file-access.ts";

const supervisor = fileURLToPath(new URL("./supervisor.ts", import.meta.url));
const startDeadline = 30_000;

/** Another process took the port before the server could use it. */
export class PortTakenError extends Error {}

/** A server that accepts connections. */
export type RunningServer = {
  pid: number;
  /** Ends the server: SIGINT is a "fast" shutdown, SIGQUIT a crash. Resolves when its process has ended. */
  end: (signal: "SIGINT" | "SIGQUIT") => Promise<void>;
};

/** Starts the server on `folder/data` and waits until it accepts connections. Throws with its log. */
export async function launchServer({
  native,
  identity,
  folder,
  port,
  settings,
}: {
  native: string;
  identity: Identity;
  folder: string;
  port: number;
  settings: Record<string, string>;
}): Promise<RunningServer> {
  const data = join(folder, "data");
  const fixed = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: join(folder, "socket"),
  };
  const flags = Object.entries({ ...settings, ...fixed }).flatMap(([name, value]) => [
    "-c",
    `${name}=${value}`,
  ]);
  const child = spawn(
    process.execPath,
    [supervisor, join(native, "bin/postgres"), `${identity.uid}:${identity.gid}`, data, "-D", data, ...flags],
    // In its own process group, so that Ctrl-C in a terminal does not stop it before its tests.
    { stdio: ["pipe", "ignore", "pipe"], detached: true },
  );
  await untilReady(child);
  unreference(child);
  return {
    pid: Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0]),
    end: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.ref();
      child.stdin?.write(`${signal}\n`);
      await gone;
    },
  };
}

/** Waits for the server to log that it is ready, or why it cannot start. */
async function untilReady(child: ChildProcess): Promise<void> {
  let log = "";
  await new Promise<void>((resolve, reject) => {
    const deadline = setTimeout(() => fail("did not start in 30 seconds"), startDeadline);
    const fail = (reason: string) => {
      clearTimeout(deadline);
      child.stdin?.end();
      const lastLines = log.trim().split("\n").slice(-5).join("\n");
      reject(
        new (/could not bind|in use/.test(log) ? PortTakenError : Error)(`Postgres ${reason}: ${lastLines}`),
      );
    };
    child.once("error", (error) => fail(error.message));
    child.once("exit", () => fail("stopped while starting"));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      // Later lines are not needed, but must be read, or the server blocks on a full pipe.
      if (log.includes("ready to accept connections")) return;
      log += text;
      if (!log.includes("ready to accept connections")) return;
      clearTimeout(deadline);
      child.removeAllListeners("exit");
      resolve();
    });
  });
}

/** Lets a test process end without stopping its server. The server then ends too. */
function unreference(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdin, child.stderr])
    (stream as unknown as { unref?: () => void } | null)?.unref?.();
}
