import { median } from "../../rounds.ts";
import { cpuTimeOf } from "./cores.ts";
import type { Answers } from "./load/burst.ts";
import { startLoad } from "./load/load.ts";

/** A server under measurement, with the requests that it gets. */
export interface Measured {
  readonly name: string;
  readonly port: number;
  /** The process whose CPU time is counted: the guard's. */
  readonly pid: number;
  readonly requests: readonly string[];
}

/** How often and how long each server is measured. */
export interface GateEffort {
  /** How often every server is started. */
  readonly starts: number;
  /** Milliseconds for each server before the first round. */
  readonly warmUp: number;
  /** After each start. */
  readonly rounds: number;
  /** Milliseconds for each server in a round. */
  readonly time: number;
}

/** The medians of the rounds, by server. */
export interface Figures {
  /** Requests per second. */
  readonly values: Readonly<Record<string, number>>;
  /** Further numbers by title. */
  readonly columns: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Keep-alive connections, each with one request at a time. */
const connections = 32;

/**
 * Measures running servers in interleaved rounds, whose order rotates: requests per second, and how long they
 * take when all connections are busy, and the CPU time of the guard's process.
 *
 * Each server is warmed up first. A guard runs for days, and one of Node spends its first seconds on
 * compiling what it runs: its first 20,000 requests take up to three times the CPU time of later ones.
 *
 * @throws {Error} A server refused a request, or did not answer.
 */
export async function measureServers(servers: readonly Measured[], effort: GateEffort): Promise<Samples> {
  const load = startLoad();
  const samples = new Map<string, Sample[]>(servers.map(({ name }) => [name, []]));
  try {
    for (const { name, requests } of servers) await load.prepare(name, requests);
    for (const { name, port } of servers) await load.send(name, { port, connections, time: effort.warmUp });
    for (let round = 0; round < effort.rounds; round++) {
      for (let turn = 0; turn < servers.length; turn++) {
        const server = servers[(turn + round) % servers.length] as Measured;
        const before = cpuTimeOf(server.pid);
        const answers = await load.send(server.name, { port: server.port, connections, time: effort.time });
        const used = difference(before, cpuTimeOf(server.pid));
        samples.get(server.name)?.push({ answers, used });
      }
    }
  } finally {
    load.close();
  }
  return samples;
}

/** What was measured of each server. */
export type Samples = ReadonlyMap<string, readonly Sample[]>;

interface Sample {
  readonly answers: Answers;
  /** Microseconds of CPU time. Undefined where the system does not tell. */
  readonly used: number | undefined;
}

function difference(before: number | undefined, after: number | undefined): number | undefined {
  return before === undefined || after === undefined ? undefined : after - before;
}

/** The medians of all rounds after all starts. */
export function figuresOf(starts: readonly Samples[]): Figures {
  const names = starts[0] === undefined ? [] : [...starts[0].keys()];
  const byServer = (read: (sample: Sample) => number | undefined) =>
    Object.fromEntries(
      names.flatMap((name) => {
        const all = starts.flatMap((samples) => samples.get(name) ?? []);
        const numbers = all.map(read).filter((number) => number !== undefined);
        return numbers.length === 0 ? [] : [[name, median(numbers)]];
      }),
    );
  return {
    values: byServer(({ answers }) => answers.rate),
    columns: {
      "p50, ms": byServer(({ answers }) => answers.p50),
      "p99, ms": byServer(({ answers }) => answers.p99),
      "CPU, µs": byServer(({ answers, used }) => used && used / answers.count),
    },
  };
}
