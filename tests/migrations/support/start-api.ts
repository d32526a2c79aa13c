import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "@usher-auth/e2e/free-port";
import { run, waitUntil } from "@usher-auth/e2e/program";
import { compile } from "../../../scripts/check/docs/run-examples.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** What the guides leave to their readers, `declare function checkPassword`: any user of USERS. */
const ofTheReader =
  "--import=data:text/javascript," +
  "globalThis.checkPassword = async ({ email }) => ({ id: JSON.parse(process.env.USERS)[email] });";

/** A running API. */
export interface Api {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Runs a program of a guide, with these settings and a free port in `PORT`.
 *
 * @param cwd Its current folder. Default: a new one.
 */
export async function startApi(
  code: string,
  settings: Readonly<Record<string, string>>,
  cwd?: string,
): Promise<Api> {
  const { folder, args } = await writeProgram(code);
  return await startProgram(process.execPath, () => args, { cwd: cwd ?? folder, settings, folder });
}

/** Runs a program until it ends. */
export async function runProgram(
  code: string,
  settings: Readonly<Record<string, string>>,
): Promise<{ readonly exitCode: number; readonly errors: string }> {
  const { folder, args } = await writeProgram(code);
  const env = { PATH: process.env.PATH, ...settings };
  try {
    return await promisify(execFile)(process.execPath, args, { cwd: folder, env, timeout: 50_000 }).then(
      ({ stderr }) => ({ exitCode: 0, errors: stderr }),
      ({ code, stderr }: { code: number; stderr: string }) => ({ exitCode: code, errors: stderr }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes a program to a new folder inside the repository, so that imports resolve to its node_modules. */
async function writeProgram(code: string): Promise<{ folder: string; args: readonly string[] }> {
  mkdirSync(join(root, "dist"), { recursive: true });
  const folder = mkdtempSync(join(root, "dist/migrations-"));
  const file = join(folder, "api.ts");
  writeFileSync(file, code);
  return { folder, args: ["--conditions=@usher-auth/source", ofTheReader, await compile(file)] };
}

/**
 * Starts a server on a free port, which `args` gets and `PORT` has, and waits until it answers.
 *
 * @param folder Removed when the server has ended.
 */
export async function startProgram(
  program: string,
  args: (port: number) => readonly string[],
  {
    cwd,
    folder,
    settings,
  }: {
    readonly cwd: string;
    readonly folder: string;
    readonly settings: Readonly<Record<string, string>>;
  },
): Promise<Api> {
  const port = await freePort();
  const env = { ...settings, PORT: String(port), NODE_ENV: "production" };
  const running = run(program, args(port), { cwd, env });
  const stop = async () => {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  const isUp = () =>
    fetch(`${url}/health`).then(
      () => true,
      () => false,
    );
  try {
    await waitUntil(isUp, running);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}
