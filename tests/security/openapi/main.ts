/**
 * `npm run test:openapi [-- --seed N] [--api fastapi]`: schemathesis tests the running API with its own
 * OpenAPI document, with valid and invalid data. No response may be a 5xx, have an undocumented status, or
 * have a body that does not match its schema.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createTestIssuer } from "@usher-auth/testing";
import { resolvePort } from "../../../scripts/launch/ports.ts";
import { startService } from "../../../scripts/launch/service.ts";
import { takeNothingFromTheShell } from "../../../scripts/run/test-environment.ts";
import { type Api, apis } from "./apis.ts";
import { checks, type Round, rounds } from "./rounds.ts";
import { installSchemathesis } from "./schemathesis.ts";

const { values: options } = parseArgs({
  options: { seed: { type: "string", default: "1" }, api: { type: "string", default: "fastify" } },
});
const tested = apis[options.api];
if (tested === undefined) throw new Error(`--api is one of ${Object.keys(apis).join(", ")}`);
const { ownerParam, isFault } = tested;
takeNothingFromTheShell();

const folder = mkdtempSync(join(tmpdir(), "usher-openapi-"));
const api = await startApi(tested);
try {
  const schemathesis = installSchemathesis();
  const passed: boolean[] = [];
  for (const round of rounds) passed.push(await ask(schemathesis, round));
  process.exitCode = passed.every(Boolean) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
} finally {
  await api.service.stop();
  rmSync(folder, { recursive: true, force: true });
}
if (api.faults.length > 0) {
  process.stderr.write(`The API logged ${api.faults.length} errors, the first: ${api.faults[0]}\n`);
  process.exitCode = 1;
}

/** The real process, on a free port, with a new database. */
async function startApi({ service: serviceOf }: Api) {
  const issuer = createTestIssuer({ secret: randomBytes(32).toString("base64url") });
  const port = await resolvePort("API_PORT", "0", "127.0.0.1");
  const faults: string[] = [];
  const service = startService(
    await serviceOf({
      ...process.env,
      BETTER_AUTH_SECRET: issuer.secret,
      BETTER_AUTH_URL: issuer.issuer,
      API_URL: issuer.audience,
      API_PORT: String(port),
      DATA_DIR: folder,
      LOG_LEVEL: "error",
    }),
    {
      line: (text) => void (isFault(text) && faults.push(text)),
      errorLine: (text) => faults.push(text),
    },
  );
  await service.ready;
  return {
    service,
    faults,
    url: `http://127.0.0.1:${port}`,
    tokenFor: (user: string) => issuer.tokenFor(user),
  };
}

/** Whether nothing was found. schemathesis prints its findings and their requests. */
async function ask(schemathesis: string, { title, user, path, seconds, examples }: Round): Promise<boolean> {
  process.stdout.write(`\n${title}\n`);
  // A file instead of an argument, which any user of this machine could see in the process list.
  const settings = join(folder, "schemathesis.toml");
  const lines = [
    ...(user === undefined ? [] : ["[headers]", `Authorization = "Bearer ${api.tokenFor(user)}"`]),
    ...(path === undefined ? [] : ["[parameters]", `"path.${ownerParam}" = "${path}"`]),
  ];
  writeFileSync(settings, `${lines.join("\n")}\n`, { mode: 0o600 });
  // Not `spawnSync`: the log of the API must be read meanwhile, or the API would wait for that.
  const child = spawn(
    schemathesis,
    [
      ...["--config-file", settings, "run", `${api.url}/openapi.json`, "--url", api.url, "--no-color"],
      ...["--checks", checks.join(","), "--max-time", String(seconds), "--max-examples", String(examples)],
      ...["--seed", options.seed],
    ],
    { cwd: folder, stdio: ["ignore", "inherit", "inherit"] },
  );
  const [code] = await once(child, "close");
  return code === 0;
}
