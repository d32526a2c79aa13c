import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "@usher-auth/e2e/free-port";
import { copyPreparedDatabase } from "@usher-auth/e2e/prepared-database";
import { type Running, run, waitUntil } from "@usher-auth/e2e/program";

/** Environment variables. */
export type Environment = Readonly<Record<string, string>>;

/** The demo API, the web app, or a small API of this suite: one process, which can be started again. */
export interface Service {
  readonly url: string;
  /** The port of its metrics, which stays the same. */
  readonly metricsPort: number;
  /** Its data, which stays. */
  readonly folder: string;
  /** Starts it, and resolves when it listens. `changes` apply to this run only. */
  start(changes?: Environment): Promise<void>;
  /** Ends it at once. */
  kill(): Promise<void>;
  /** What its current or last run has written. */
  output(): string;
  close(): Promise<void>;
}

const root = fileURLToPath(new URL("../../..", import.meta.url));

const kinds = {
  api: { entry: "apps/api/src/main.ts", port: "API_PORT", metricsPort: "API_METRICS_PORT" },
  web: { entry: "apps/web/src/server/main.ts", port: "WEB_PORT", metricsPort: "WEB_METRICS_PORT" },
  jwksApi: { entry: "tests/metrics/support/jwks-api.ts", port: "API_PORT", metricsPort: "API_METRICS_PORT" },
} as const;

/** Prepares a service on free ports. It gets no variables but these. */
export async function prepareService(kind: keyof typeof kinds, environment: Environment): Promise<Service> {
  const { entry, port, metricsPort } = kinds[kind];
  const folder = mkdtempSync(join(tmpdir(), `usher-metrics-${kind}-`));
  if (kind === "api") await copyPreparedDatabase(join(folder, "api"));
  // A placeholder: the page is not tested here.
  if (kind === "web") writeFileSync(join(folder, "index.html"), "<!doctype html><title>The page</title>");
  const ports = { listen: await freePort(), metrics: await freePort() };
  let running: Running | undefined;
  const kill = async () => await running?.stop();

  return {
    url: `http://localhost:${ports.listen}`,
    metricsPort: ports.metrics,
    folder,
    start: async (changes = {}) => {
      running = run(process.execPath, ["--conditions=@usher-auth/source", join(root, entry)], {
        cwd: root,
        env: {
          HOME: folder,
          DATA_DIR: folder,
          PAGE_DIR: folder,
          [port]: String(ports.listen),
          [metricsPort]: String(ports.metrics),
          ...(process.env.USHER_TEST_RUN && { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? "" }),
          ...environment,
          ...changes,
        },
      });
      const started = running;
      await waitUntil(() => started.output().includes("listening"), started);
    },
    kill,
    output: () => running?.output() ?? "",
    close: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
