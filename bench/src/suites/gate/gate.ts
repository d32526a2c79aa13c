import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answers, type Contender, proxies } from "./contenders.ts";
import { leaveFirstCore } from "./cores.ts";
import type { GuardSettings } from "./guards.ts";
import { startIssuer } from "./issuer.ts";
import {
  type Figures,
  figuresOf,
  type GateEffort,
  type Measured,
  measureServers,
  type Samples,
} from "./measure.ts";
import { missingNginx, startNginx } from "./nginx.ts";
import { assertGuards } from "./sample.ts";
import { type Started, startServer } from "./started.ts";
import { requestsOf, type Workload, type WorkloadName, workloads } from "./workloads.ts";

/** The numbers of a suite, and what it left out. */
export interface GateFigures extends Figures {
  /** Contenders that were skipped, with the reason. */
  readonly notes: readonly string[];
}

/** How the requests reach a guard: through it, as a question about them, or through nginx, which asks it. */
export type Way = "proxy" | "answer" | "nginx";

/**
 * Measures guards in front of the same API, with the same tokens of the same issuer: requests per second, how
 * long requests take, and the CPU time of the guard's process for each. It has the first core to itself.
 */
export async function gate(way: Way, workload: WorkloadName, effort: GateEffort): Promise<GateFigures> {
  leaveFirstCore();
  const noNginx = way === "nginx" ? missingNginx() : undefined;
  if (noNginx !== undefined) return { values: {}, columns: {}, notes: [`skipped: ${noNginx}`] };
  const all = way === "proxy" ? proxies : answers;
  const skipped = all.flatMap(({ name, missing }) => {
    const reason = missing?.();
    return reason === undefined ? [] : [{ name, note: `${name} is skipped: ${reason}` }];
  });
  const present = all.filter(({ name }) => !skipped.some((one) => one.name === name));
  const samples: Samples[] = [];
  // What V8 compiles, and when, differs from start to start: a process keeps up to a fifth more or less of
  // speed.
  for (let start = 0; start < effort.starts; start++)
    samples.push(await measureOnce(way, present, workloads[workload], effort));
  return { ...figuresOf(samples), notes: skipped.map(({ note }) => note) };
}

/** Starts everything, measures it, and stops it. */
async function measureOnce(
  way: Way,
  contenders: readonly Contender[],
  workload: Workload,
  effort: GateEffort,
): Promise<Samples> {
  const folder = mkdtempSync(join(tmpdir(), "usher-bench-"));
  const issuer = await startIssuer(workload.tokens);
  const running: Started[] = [];
  try {
    const api = await startServer("backend", "beside");
    running.push(api);
    const settings: GuardSettings = { issuer, apiPort: api.port, folder, answers: way !== "proxy" };
    const measured: Measured[] = [];
    for (const contender of contenders) {
      const server = await startContender(way, contender, settings, workload, running);
      await assertGuards(server, contender.guards);
      measured.push(server);
    }
    return await measureServers(measured, effort);
  } finally {
    for (const process of running) await process.stop();
    issuer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startContender(
  way: Way,
  { name, start, answer }: Contender,
  settings: GuardSettings,
  workload: Workload,
  running: Started[],
): Promise<Measured> {
  const guard = await start(settings);
  running.push(guard);
  const { tokens } = settings.issuer.set;
  const { pid } = guard;
  if (way === "proxy") return { name, pid, port: guard.port, requests: requestsOf(workload, tokens) };
  if (answer === undefined) throw new Error(`${name} does not answer other proxies`);
  const guardPort = guard.answerPort ?? guard.port;
  if (way === "answer")
    return { name, pid, port: guardPort, requests: requestsOf(workload, tokens, answer.ask) };
  const { nginxPath: path, identity } = answer;
  const nginx = await startNginx(settings.folder, settings.apiPort, { guardPort, path, identity });
  running.push(nginx);
  return { name, pid, port: nginx.port, requests: requestsOf(workload, tokens) };
}
