import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Answers } from "./burst.ts";

/** To the process that sends: the requests of a server, or an order to send them for some time. */
export type LoadMessage =
  | { readonly name: string; readonly requests: readonly string[] }
  | { readonly name: string; readonly port: number; readonly connections: number; readonly time: number };

/** From that process. */
export interface LoadReply {
  readonly answers?: Answers;
  readonly fault?: string;
}

/** A process that sends requests. */
export interface Load {
  /** Gives it the requests of a server. */
  prepare(name: string, requests: readonly string[]): Promise<void>;
  /** Sends them to the server's port for some time. Goes on where the last burst ended. */
  send(name: string, burst: { port: number; connections: number; time: number }): Promise<Answers>;
  close(): void;
}

/** Starts the process. */
export function startLoad(): Load {
  const child = fork(fileURLToPath(new URL("./process.ts", import.meta.url)));
  return {
    prepare: async (name, requests) => void (await ask(child, { name, requests })),
    async send(name, burst) {
      const { answers, fault } = await ask(child, { name, ...burst });
      if (answers === undefined) throw new Error(`${name}: ${fault}`);
      return answers;
    },
    close: () => void child.kill(),
  };
}

async function ask(child: ChildProcess, message: LoadMessage): Promise<LoadReply> {
  child.send(message);
  const [reply] = (await once(child, "message")) as [LoadReply];
  return reply;
}
