import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { WebConfig } from "./config/config.ts";
import { prepareDataFolder } from "./data-folder.ts";
import type { Log } from "./log.ts";
import { reasonOf } from "./startup-error.ts";

/**
 * Writes `<DATA_DIR>/running/web-<pid>.json` with the fingerprint of the secret that signs tokens, which
 * `usher-auth doctor` compares with the settings and with the API's. Only the owner can read the file, since
 * a fingerprint can confirm a guess. If it cannot be written, the app logs a warning and serves.
 *
 * @returns a function that deletes the file
 */
export function recordRunning(config: WebConfig, issuer: string, log: Log): () => void {
  const folder = join(config.dataFolder, "running");
  const file = join(folder, `web-${process.pid}.json`);
  const record = {
    name: "web",
    pid: process.pid,
    issuer,
    startedAt: new Date().toISOString(),
    secretFingerprint: config.signWith === "secret" ? config.secrets.fingerprint : null,
  };
  try {
    prepareDataFolder(config.dataFolder);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    // A former process with this id may have left a file with other permissions.
    rmSync(file, { force: true });
    writeFileSync(file, JSON.stringify(record), { mode: 0o600 });
  } catch (error) {
    log.warn(`cannot write ${file} (${reasonOf(error)}): usher-auth doctor will not see this process`);
  }
  return () => {
    try {
      rmSync(file, { force: true });
    } catch {
      // Readers check whether the process still runs.
    }
  };
}
