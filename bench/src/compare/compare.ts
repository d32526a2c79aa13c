import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setPriority } from "node:os";
import { type Estimate, estimate } from "./interval.ts";
import { type Load, openLoad } from "./load.ts";
import { bundleApp, thisTree, treeOf } from "./tree.ts";
import { type ServerSettings, type Workload, workloads } from "./workloads.ts";

/** What the other tree takes of this one's CPU time for one request. */
export interface Comparison {
  readonly title: string;
  /** Microseconds of CPU time for one request of this tree's server. */
  readonly microseconds: number;
  readonly ratio: Estimate;
}

/** In a round, both servers are started and get so many bursts each. */
export interface CompareEffort {
  readonly rounds: number;
  readonly bursts: number;
}

/** Requests. */
const [warmUp, burst] = [10_000, 400];

/**
 * Serves the same Fastify app with the packages of two trees, each in its own process, and compares the CPU
 * time that a request costs them.
 *
 * CPU time and not the rate, short bursts that alternate between the two in random order, and the lower
 * quartile of them: a burst during which the machine did nothing else is what both are judged by. The servers
 * are started again for each round, since the same code runs at slightly different speeds in each process.
 *
 * @param other A folder with another checkout, or a commit.
 * @param only A part of the titles of the workloads to run.
 */
export async function* compareTrees(
  other: string,
  only: string,
  effort: CompareEffort,
): AsyncGenerator<Comparison> {
  const apps = [await bundleApp(thisTree, "this"), await bundleApp(treeOf(other), "other")] as const;
  for (const workload of workloads()) {
    if (workload.title.includes(only)) yield await compareOn(workload, apps, effort);
  }
}

async function compareOn(
  { title, settings, requests }: Workload,
  apps: readonly [string, string],
  { rounds, bursts }: CompareEffort,
): Promise<Comparison> {
  const ratios: number[] = [];
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const [here, there] = await Promise.all(apps.map((app) => startServer(app, settings, requests)));
    if (here === undefined || there === undefined) throw new Error("a server is missing");
    try {
      for (const server of [here, there]) await server.load.send(warmUp);
      for (let number = 0; number < bursts; number++) {
        const order = Math.random() < 0.5 ? [here, there] : [there, here];
        for (const server of order) await measureBurst(server);
      }
    } finally {
      for (const { child, load } of [here, there]) {
        load.close();
        child.kill();
      }
    }
    times.push(lowerQuartile(here.times));
    ratios.push(lowerQuartile(there.times) / lowerQuartile(here.times));
  }
  return { title, microseconds: estimate(times).median, ratio: estimate(ratios) };
}

interface Server {
  readonly child: ChildProcess;
  readonly load: Load;
  /** Microseconds of CPU time for one request, by burst. */
  readonly times: number[];
}

async function startServer(
  app: string,
  settings: ServerSettings,
  requests: readonly string[],
): Promise<Server> {
  const child = fork(app, [JSON.stringify(settings)], { execArgv: [] });
  preferToOtherPrograms(child.pid);
  const [url] = (await once(child, "message")) as [string];
  return { child, load: await openLoad(Number(new URL(url).port), requests), times: [] };
}

/** Where this process may: on a machine that is busy, a server is then interrupted less. */
function preferToOtherPrograms(pid: number | undefined): void {
  try {
    setPriority(pid ?? 0, -15);
  } catch {}
}

async function measureBurst({ child, load, times }: Server): Promise<void> {
  const before = await cpuTime(child);
  await load.send(burst);
  times.push(((await cpuTime(child)) - before) / burst);
}

async function cpuTime(child: ChildProcess): Promise<number> {
  child.send("cpu time");
  const [microseconds] = (await once(child, "message")) as [number];
  return microseconds;
}

function lowerQuartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)] as number;
}
