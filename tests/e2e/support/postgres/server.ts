import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Identity } from "../files/file-access.ts";

const supervisor = fileURLToPath(new URL("./supervisor.ts", import.meta.url));
const startDeadline = 30_000;

/** The port was taken between its choice and its use. */
export class PortTakenError extends Error {}

/** A server that takes connections. */
export type RunningServer = {
  pid: number;
  /**
   * Ends the server: SIGINT is the orderly "fast" shutdown, SIGQUIT a crash. Resolves once its process is
   * gone.
   */
  end: (signal: "SIGINT" | "SIGQUIT") => Promise<void>;
};

/**
 * Starts the server on `folder/data` and waits until it takes connections. Throws with the server's own
 * words.
 */
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
    // A group of its own, so that Ctrl-C in a terminal leaves the shutdown's order to us.
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

/** The server says on standard error when it is ready, or why it never will be. */
async function untilReady(child: ChildProcess): Promise<void> {
  let said = "";
  await new Promise<void>((resolve, reject) => {
    const deadline = setTimeout(() => fail("did not start in 30 seconds"), startDeadline);
    const fail = (reason: string) => {
      clearTimeout(deadline);
      child.stdin?.end();
      const words = said.trim().split("\n").slice(-5).join("\n");
      reject(
        new (/could not bind|in use/.test(said) ? PortTakenError : Error)(`Postgres ${reason}: ${words}`),
      );
    };
    child.once("error", (error) => fail(error.message));
    child.once("exit", () => fail("stopped while starting"));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      // Its later log lines are of no interest, but must be read, or the server would block on a full pipe.
      if (said.includes("ready to accept connections")) return;
      said += text;
      if (!said.includes("ready to accept connections")) return;
      clearTimeout(deadline);
      child.removeAllListeners("exit");
      resolve();
    });
  });
}

/** A test process that forgets to stop its server may still end; the server then notices and ends as well. */
function unreference(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdin, child.stderr])
    (stream as unknown as { unref?: () => void } | null)?.unref?.();
}
