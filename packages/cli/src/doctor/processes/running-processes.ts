import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** The record of a running process in `<DATA_DIR>/running/<name>-<pid>.json`. */
export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  /** The process's BETTER_AUTH_URL. It distinguishes several systems on one machine. */
  readonly issuer: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** The fingerprint of the secret that signs; null if there is none. */
  readonly secretFingerprint: string | null;
}

/** The processes that run with this data folder. Records of processes that crashed are ignored. */
export async function runningProcesses(dataFolder: string): Promise<RunningProcess[]> {
  const folder = join(dataFolder, "running");
  const files = await readdir(folder).catch(() => []);
  const names = files.filter((file) => file.endsWith(".json")).sort();
  const records = await Promise.all(names.map((name) => read(join(folder, name))));
  return records.filter((record) => record !== undefined).filter(({ pid }) => isAlive(pid));
}

async function read(file: string): Promise<RunningProcess | undefined> {
  try {
    const { name, pid, issuer, startedAt, secretFingerprint } = JSON.parse(
      await readFile(file, "utf8"),
    ) as Partial<RunningProcess>;
    const isValid =
      typeof name === "string" &&
      typeof issuer === "string" &&
      typeof startedAt === "string" &&
      Number.isSafeInteger(pid) &&
      (secretFingerprint === null || typeof secretFingerprint === "string");
    return isValid ? { name, pid: pid as number, issuer, startedAt, secretFingerprint } : undefined;
  } catch {
    // Incomplete, or deleted in the meantime.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
