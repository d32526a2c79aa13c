import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * What a running process says of itself in `<DATA_DIR>/running/<name>-<pid>.json`, for the operator to read.
 */
export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  /** Better Auth's base URL, as the process has it: tells its system from others on this machine. */
  readonly issuer: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Of the secret that signs; null where it has none. */
  readonly secretFingerprint: string | null;
}

/**
 * The processes that run on this machine with this data folder. One that died without tidying up is left out.
 */
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
    const isRight =
      typeof name === "string" &&
      typeof issuer === "string" &&
      typeof startedAt === "string" &&
      Number.isSafeInteger(pid) &&
      (secretFingerprint === null || typeof secretFingerprint === "string");
    return isRight ? { name, pid: pid as number, issuer, startedAt, secretFingerprint } : undefined;
  } catch {
    // Half written, or gone meanwhile.
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
