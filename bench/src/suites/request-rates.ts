import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import autocannon from "autocannon";
import { median } from "../rounds.ts";

/** A server in its own process. */
export interface Server {
  readonly name: string;
  readonly url: string;
  stop(): void;
}

export interface Request {
  readonly method: "GET";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Starts a script that prints the address of its server as its first line. */
export async function startServer(name: string, script: string, input: readonly string[]): Promise<Server> {
  const child: ChildProcess = spawn(process.execPath, [script, ...input], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  return { name, url: line.toString().trim(), stop: () => child.kill() };
}

/**
 * Requests per second of each server, in interleaved rounds; the median. Every server gets the same requests.
 * The first round is a warm-up.
 *
 * @throws {Error} A request was rejected or failed.
 */
export async function requestRates(
  servers: readonly Server[],
  requests: readonly Request[],
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<Readonly<Record<string, number>>> {
  const samples = new Map<string, number[]>(servers.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const { name, url } of servers) {
      const answers = await autocannon({
        url,
        connections: 10,
        pipelining: 4,
        duration: seconds,
        requests: [...requests],
      });
      if (answers.non2xx + answers.errors > 0)
        throw new Error(`${name}: ${answers.non2xx} requests rejected, ${answers.errors} failed`);
      if (round > 0) samples.get(name)?.push(answers.requests.mean);
    }
  }
  return Object.fromEntries([...samples].map(([name, rates]) => [name, median(rates)]));
}
