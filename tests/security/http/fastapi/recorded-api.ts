import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestIssuer } from "@usher-auth/testing";
import { fastApiService } from "../../../../scripts/launch/fastapi.ts";
import { resolvePort } from "../../../../scripts/launch/ports.ts";
import { startService } from "../../../../scripts/launch/service.ts";
import type { RunningApi } from "../api-process.ts";

const here = fileURLToPath(new URL(".", import.meta.url));

/** The example as recorded_api.py runs it, on uvicorn. */
export async function startRecordedApi(issuer: TestIssuer): Promise<RunningApi> {
  const folder = mkdtempSync(join(tmpdir(), "usher-fastapi-"));
  const port = await resolvePort("API_PORT", "0", "127.0.0.1");
  const environment = {
    ...process.env,
    API_PORT: String(port),
    DATA_DIR: folder,
    BETTER_AUTH_SECRET: issuer.secret,
    BETTER_AUTH_URL: issuer.issuer,
    API_URL: issuer.audience,
    PYTHONPATH: here,
    USHER_PYTHON_MODULE: "recorded_api",
  };
  const log: string[] = [];
  const service = startService(await fastApiService(environment, new AbortController().signal), {
    line: (text) => log.push(text),
    errorLine: (text) => log.push(text),
  });
  await service.ready;
  let isRunning = true;
  void service.ended.then(() => {
    isRunning = false;
  });
  return {
    origin: `http://127.0.0.1:${port}`,
    log: () => log.join("\n"),
    isRunning: () => isRunning,
    stop: async () => {
      await service.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
