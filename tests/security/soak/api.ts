import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyPreparedDatabase } from "@usher-auth/e2e/prepared-database";
import type { TestIssuer } from "@usher-auth/testing";
import { type ApiProcess, startProcess } from "../../../apps/api/test/support/process.ts";
import type { Reading } from "./monitor.ts";
import { withMonitor } from "./monitored.ts";

/**
 * The real API over its embedded database, which can be killed and started again on the same port and folder.
 */
export interface SoakedApi {
  readonly url: () => string;
  /** The log of all of its processes. */
  readonly log: () => string;
  readonly reading: () => Reading;
  /** Whether it ended unexpectedly. */
  readonly crashed: () => boolean;
  /** `kill -9`, and a new process. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startSoakedApi(issuer: TestIssuer): Promise<SoakedApi> {
  const folder = mkdtempSync(join(tmpdir(), "usher-soak-"));
  await copyPreparedDatabase(join(folder, "api"));
  const monitor = withMonitor();
  const env = {
    DATA_DIR: folder,
    BETTER_AUTH_SECRET: issuer.secret,
    BETTER_AUTH_URL: issuer.issuer,
    API_URL: issuer.audience,
    ...monitor.env,
  };
  let log = "";
  let crashed = false;
  let isExpected = false;

  async function start(port: string): Promise<ApiProcess> {
    isExpected = false;
    const started = await startProcess({ ...env, API_PORT: port });
    void started.ended.then(({ stdout, stderr }) => {
      log += stdout + stderr;
      crashed ||= !isExpected;
    });
    return started;
  }

  let process = await start("0");
  const url = process.url;
  return {
    url: () => url,
    log: () => log + process.output(),
    reading: monitor.read,
    crashed: () => crashed,
    restart: async () => {
      isExpected = true;
      process.kill("SIGKILL");
      await process.ended;
      process = await start(new URL(url).port);
    },
    stop: async () => {
      isExpected = true;
      process.kill("SIGTERM");
      await process.ended;
      monitor.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
