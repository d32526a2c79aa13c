import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { secretFingerprintFromEnv } from "@usher-auth/verify";
import type { FastifyBaseLogger } from "fastify";
import type { Config } from "../config.ts";
import { prepareDataFolder } from "./private-folder.ts";

/**
 * Writes `<DATA_DIR>/running/api-<pid>.json`: which secret this process verifies with, as a fingerprint, for
 * `usher-auth doctor` to hold against the settings and the web app's. A file that its owner alone can read,
 * since a fingerprint confirms a guess: no endpoint has it, for behind a proxy on the same machine everybody
 * comes from loopback. Nothing depends on it: where it cannot be written, the API says so and serves.
 *
 * @returns What takes it away.
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
    // The file of a former process with this id may be there, with other rights.
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
      // Whoever reads it sees that the process is gone.
    }
  };
}

function verifiesBySecret(env: NodeJS.ProcessEnv): boolean {
  return (env.USHER_KEYS || (env.USHER_JWKS_URL ? "jwks" : "secret")).includes("secret");
}
