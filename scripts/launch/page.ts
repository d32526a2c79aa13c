import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { LaunchError } from "./launch-error.ts";
import { waitForLock } from "./lock.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const web = join(root, "apps/web");
const page = join(web, "dist");
const cache = join(root, "node_modules/.cache/usher");

/** The files that the page is built from. */
const sources = [
  join(web, "src/page"),
  join(web, "public"),
  join(web, "index.html"),
  join(web, "vite.config.ts"),
  join(web, "package.json"),
  join(root, "packages/client/src"),
  join(root, "package-lock.json"),
];

/**
 * Builds the page if it is missing or older than its sources. When several processes call this, one builds
 * and the others wait. The new page replaces the old one only when it is complete.
 * @throws {LaunchError} The build failed. `report` has received Vite's output.
 */
export async function buildPage(signal: AbortSignal, report: (line: string) => void): Promise<void> {
  if (isFresh(page, sources)) return;
  mkdirSync(cache, { recursive: true });
  const lock = await waitForLock(join(cache, "page.lock"), signal);
  try {
    if (!isFresh(page, sources)) await build(signal, report);
  } finally {
    lock.release();
  }
}

async function build(signal: AbortSignal, report: (line: string) => void): Promise<void> {
  report("building the page");
  const draft = join(cache, "page");
  try {
    await promisify(execFile)(
      process.execPath,
      [join(root, "node_modules/vite/bin/vite.js"), "build", "--outDir", draft, "--emptyOutDir"],
      { cwd: web, signal, env: { ...process.env, NODE_ENV: "production", NO_COLOR: "1" } },
    );
  } catch (error) {
    if (signal.aborted) throw error;
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    for (const line of `${stdout ?? ""}${stderr ?? String(error)}`.trim().split("\n")) report(line);
    throw new LaunchError("the page could not be built: see the lines above");
  }
  rmSync(page, { recursive: true, force: true });
  renameSync(draft, page);
}

/** Whether the built page is at least as new as all of its sources. */
export function isFresh(built: string, sources: string[]): boolean {
  const index = join(built, "index.html");
  if (!existsSync(index)) return false;
  const builtAt = statSync(index).mtimeMs;
  return sources.every((source) => !existsSync(source) || newest(source) <= builtAt);
}

function newest(path: string): number {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  // The folder's time changes when a file in it is deleted.
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
