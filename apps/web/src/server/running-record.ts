import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { WebConfig } from "./config/config.ts";
import { prepareDataFolder } from "./data-folder.ts";
import type { Log } from "./log.ts";
import { reasonOf } from "./startup-error.ts";

/**
 * Writes `<DATA_DIR>/running/web-<pid>.json`: which secret this process signs tokens with, as a fingerprint,
 * for `usher-auth doctor` to hold against the settings and the API's. A file that its owner alone can read,
 * since a fingerprint confirms a guess. Nothing depends on it: where it cannot be written, the app says so
 * and serves.
 *
 * @returns what takes it away
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
    // The file of a former process with this id may be there, with other rights.
    rmSync(file, { force: true });
    writeFileSync(file, JSON.stringify(record), { mode: 0o600 });
  } catch (error) {
    log.warn(`cannot write ${file} (${reasonOf(error)}): usher-auth doctor will not see this process`);
  }
  return () => {
    try {
      rmSync(file, { force: true });
    } catch {
      // Whoever reads it sees that the process is gone.
    }
  };
}
