import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Locked, type Machine, missingParts, type Part } from "./missing-parts.ts";
import { npmCommand } from "./npm-command.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Installs the native parts of the tools after `npm ci --omit=optional`. If that fails, prints why in one
 * line and ends the process.
 */
export async function addMissingParts(): Promise<void> {
  const { packages } = readLock(join(root, "package-lock.json"));
  const parts = missingParts(packages, thisMachine(), (folder) =>
    existsSync(join(root, folder, "package.json")),
  );
  if (parts.length === 0) return;
  process.stderr.write(
    `Installing ${parts.length} native parts of the tools, which npm left out (--omit=optional)\n`,
  );
  try {
    install(parts);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}: run "npm ci" without --omit=optional\n`);
    process.exit(1);
  }
}

/**
 * Installs them in a separate project under invented names, because several versions of one may be needed,
 * and moves each to its folder in the lock file. `npm install` in the repository would install everything
 * that was left out on purpose.
 */
function install(parts: readonly Part[]): void {
  const cache = join(root, "node_modules/.cache/usher");
  mkdirSync(cache, { recursive: true });
  const project = mkdtempSync(join(cache, "parts-"));
  try {
    const dependencies = Object.fromEntries(
      parts.map(({ name, version }, index) => [`part-${index}`, `npm:${name}@${version}`]),
    );
    writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, dependencies }));
    const { command, args } = npmCommand([
      "install",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
    ]);
    const { status, stderr } = spawnSync(command, args, { cwd: project, encoding: "utf8" });
    if (status !== 0) throw new Error(`npm could not install them (${lastWords(stderr)})`);
    const { packages } = readLock(join(project, "package-lock.json"));
    for (const [index, { folder, name, integrity }] of parts.entries()) {
      if (packages[`node_modules/part-${index}`]?.integrity !== integrity) {
        throw new Error(`${name} from the registry differs from package-lock.json`);
      }
      place(join(project, `node_modules/part-${index}`), join(root, folder));
    }
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

function place(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  try {
    renameSync(from, to);
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(join(to, "package.json"))) throw error;
  }
}

function lastWords(text: string | null): string {
  return (
    text
      ?.trim()
      .split("\n")
      .find((line) => line.startsWith("npm error")) ?? "npm did not start"
  );
}

function readLock(file: string): { packages: Readonly<Record<string, Locked>> } {
  return JSON.parse(readFileSync(file, "utf8"));
}

function thisMachine(): Machine {
  return {
    os: process.platform,
    cpu: process.arch,
    libc: process.platform === "linux" ? linuxLibc() : undefined,
  };
}

function linuxLibc(): string {
  // The network part of the report takes long: it asks name servers.
  (process.report as { excludeNetwork?: boolean }).excludeNetwork = true;
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined ? "musl" : "glibc";
}
