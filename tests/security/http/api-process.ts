import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyPreparedDatabase } from "@usher-auth/e2e/prepared-database";
import type { TestIssuer } from "@usher-auth/testing";
import { startProcess } from "../../../apps/api/test/support/process.ts";

/** The real API in a separate process, with its embedded database. */
export interface RunningApi {
  /** `http://127.0.0.1:<port>`. */
  readonly origin: string;
  readonly log: () => string;
  readonly isRunning: () => boolean;
  stop(): Promise<void>;
}

/** @param settings More environment variables. */
export async function startApi(
  issuer: TestIssuer,
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningApi> {
  const folder = mkdtempSync(join(tmpdir(), "usher-security-"));
  await copyPreparedDatabase(join(folder, "api"));
  const api = await startProcess({
    DATA_DIR: folder,
    BETTER_AUTH_SECRET: issuer.secret,
    BETTER_AUTH_URL: issuer.issuer,
    API_URL: issuer.audience,
    ...settings,
  });
  let isRunning = true;
  void api.ended.then(() => {
    isRunning = false;
  });
  return {
    origin: `http://127.0.0.1:${new URL(api.url).port}`,
    log: api.output,
    isRunning: () => isRunning,
    stop: async () => {
      api.kill("SIGTERM");
      await api.ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
