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
const workshop = join(root, "node_modules/.cache/usher");

/** What the page is made of; the server's code is not. */
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
 * Builds the page when it is missing or older than its sources. Several starts may ask at once: one builds,
 * and the others wait for it. The new page takes the old one's place only when it is whole.
 * @throws {LaunchError} The build failed; `report` has been given Vite's own words.
 */
export async function buildPage(signal: AbortSignal, report: (line: string) => void): Promise<void> {
  if (isFresh(page, sources)) return;
  mkdirSync(workshop, { recursive: true });
  const lock = await waitForLock(join(workshop, "page.lock"), signal);
  try {
    if (!isFresh(page, sources)) await build(signal, report);
  } finally {
    lock.release();
  }
}

async function build(signal: AbortSignal, report: (line: string) => void): Promise<void> {
  report("building the page");
  const draft = join(workshop, "page");
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

/** Whether the built page is at least as new as every file it is made of. */
export function isFresh(built: string, madeOf: string[]): boolean {
  const index = join(built, "index.html");
  if (!existsSync(index)) return false;
  const builtAt = statSync(index).mtimeMs;
  return madeOf.every((source) => !existsSync(source) || newest(source) <= builtAt);
}

function newest(path: string): number {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  // A folder's own time tells of files that were deleted.
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
