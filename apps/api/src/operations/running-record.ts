import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { secretFingerprintFromEnv } from "@usher-auth/verify";
import type { FastifyBaseLogger } from "fastify";
import type { Config } from "../config.ts";
import { prepareDataFolder } from "./private-folder.ts";

/**
 * Writes `<DATA_DIR>/running/api-<pid>.json`: the fingerprint of the secret that this process verifies with,
 * so that `usher-auth doctor` can compare it with the settings and with the web app's. If it cannot be
 * written, the API logs that and serves anyway.
 *
 * A file that only its owner can read, because a fingerprint lets anyone check a guess of the secret. Not an
 * endpoint for loopback: behind a proxy on the same machine, every request comes from loopback.
 *
 * @returns Deletes the file.
 */
export function recordRunning(
  config: Pick<Config, "issuer" | "runningFolder">,
  env: NodeJS.ProcessEnv,
  log: FastifyBaseLogger,
): () => void {
  const { issuer, runningFolder: folder } = config;
  const file = join(folder, `api-${process.pid}.json`);
  const record = {
    name: "api",
    pid: process.pid,
    issuer,
    startedAt: new Date().toISOString(),
    secretFingerprint: verifiesBySecret(env) ? (secretFingerprintFromEnv(env) ?? null) : null,
  };
  try {
    prepareDataFolder(dirname(folder));
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    // An earlier process with this id may have left a file with other rights.
    rmSync(file, { force: true });
    writeFileSync(file, JSON.stringify(record), { mode: 0o600 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    log.warn({ file, code }, "api cannot write its record: usher-auth doctor will not see this process");
  }
  return () => {
    try {
      rmSync(file, { force: true });
    } catch {
      // Readers check whether the process still runs.
    }
  };
}

function verifiesBySecret(env: NodeJS.ProcessEnv): boolean {
  return (env.USHER_KEYS || (env.USHER_JWKS_URL ? "jwks" : "secret")).includes("secret");
}
