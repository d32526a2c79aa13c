import { mkdtempSync, renameSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@usher-auth/e2e/free-port";
import { type Running, run, waitUntil } from "@usher-auth/e2e/program";
import { expect, vi } from "vitest";
import { scaled, scaledRules } from "./scaled-rules.ts";

/** By which factor every duration of the rules and of Prometheus is shorter than in production. */
export const factor = 60;

/** One series of an instant query: its labels, and its value now. */
interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One series of a range query: its labels, and its values, one per second. */
interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

/** A Prometheus server with the rules of the package. */
export interface Prometheus {
  /** Scrapes another process from now on. Its series get the label `job`. Resolves after the first scrape. */
  scrape(job: string, port: number): Promise<void>;
  /** Evaluates an expression now. */
  query(expression: string): Promise<readonly Sample[]>;
  /** The series of an expression, at any time since the start. */
  everything(expression: string): Promise<readonly Series[]>;
  /** The names of the firing alerts with this label `job`; with `undefined`, of those without one. */
  firing(job: string | undefined): Promise<readonly string[]>;
  /** The summaries and descriptions of the firing alerts with this label `job`. */
  texts(job: string | undefined): Promise<readonly string[]>;
  /** What it has logged. */
  output(): string;
  close(): Promise<void>;
}

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: "pending" | "firing";
}

interface Matrix {
  readonly result: readonly { metric: Record<string, string>; values: readonly [number, string][] }[];
}

interface Vector {
  readonly result: readonly { metric: Record<string, string>; value: [number, string] }[];
}

/** Starts Prometheus with a database in a temporary folder. */
export async function startPrometheus(): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), "usher-prometheus-"));
  const port = await freePort();
  const targets: { targets: string[]; labels: { job: string } }[] = [];
  writeFileSync(join(folder, "usher.rules.yml"), scaledRules(factor));
  writeFileSync(join(folder, "prometheus.yml"), configuration);
  const writeTargets = () => {
    // Renamed, so that Prometheus never reads half of it.
    writeFileSync(join(folder, "targets.json.new"), JSON.stringify(targets));
    renameSync(join(folder, "targets.json.new"), join(folder, "targets.json"));
  };
  writeTargets();
  const program = await start(folder, port);
  const startedAt = Date.now();

  async function api<Data>(path: string, parameters: Record<string, string> = {}): Promise<Data> {
    const response = await fetch(
      `http://127.0.0.1:${port}/api/v1/${path}?${new URLSearchParams(parameters)}`,
    );
    const { status, data, error } = (await response.json()) as { status: string; data: Data; error?: string };
    if (status !== "success") throw new Error(`${error}: ${JSON.stringify(parameters)}`);
    return data;
  }

  async function query(expression: string): Promise<readonly Sample[]> {
    const { result } = await api<Vector>("query", { query: expression });
    return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  async function firingAlerts(job: string | undefined): Promise<readonly Alert[]> {
    const { alerts } = await api<{ alerts: readonly Alert[] }>("alerts");
    return alerts.filter(({ labels, state }) => state === "firing" && labels.job === job);
  }

  return {
    scrape: async (job, target) => {
      const instance = `127.0.0.1:${target}`;
      targets.push({ targets: [instance], labels: { job } });
      writeTargets();
      // Prometheus looks for new targets every five seconds.
      await vi.waitFor(
        async () => expect(await query(`up{instance="${instance}"}`)).toMatchObject([{ value: 1 }]),
        { timeout: 30_000, interval: 250 },
      );
    },
    query,
    everything: async (expression) => {
      const range = { start: String(startedAt / 1000), end: String(Date.now() / 1000), step: "1" };
      const { result } = await api<Matrix>("query_range", { query: expression, ...range });
      return result.map(({ metric, values }) => ({
        labels: metric,
        values: values.map(([, value]) => Number(value)),
      }));
    },
    firing: async (job) => (await firingAlerts(job)).map(({ labels }) => labels.alertname ?? ""),
    texts: async (job) =>
      (await firingAlerts(job)).flatMap(({ annotations: { summary = "", description = "" } }) => [
        summary,
        description,
      ]),
    output: program.output,
    close: async () => {
      await program.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Every minute of production a scrape and an evaluation. */
const configuration = `global:
  scrape_interval: ${scaled("1m", factor)}
  scrape_timeout: ${scaled("1m", factor)}
  evaluation_interval: ${scaled("1m", factor)}
rule_files: [usher.rules.yml]
scrape_configs:
  - job_name: usher
    file_sd_configs:
      - files: [targets.json]
        refresh_interval: 1s
`;

async function start(folder: string, port: number): Promise<Running> {
  const program = run(
    "prometheus",
    [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--query.lookback-delta=${scaled("5m", factor)}`,
      "--log.level=warn",
    ],
    { cwd: folder },
  );
  await waitUntil(() => isReady(port), program);
  return program;
}

async function isReady(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/-/ready`).catch(() => undefined);
  return response?.ok ?? false;
}
