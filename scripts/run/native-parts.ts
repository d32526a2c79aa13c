import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Locked, type Machine, missingParts, type Part } from "./missing-parts.ts";
import { npmCommand } from "./npm-command.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Installs the native parts of the tools where npm was told to leave optional dependencies out. Ends the
 * process in one line where it cannot.
 */
export async function addMissingParts(): Promise<void> {
  const { packages } = readLock(join(root, "package-lock.json"));
  const parts = missingParts(packages, thisMachine(), (folder) =>
    existsSync(join(root, folder, "package.json")),
  );
  if (parts.length === 0) return;
  process.stderr.write(
    `npm left out ${parts.length} native parts of the tools (--omit=optional): installing them from the npm registry\n`,
  );
  try {
    install(parts);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}: run "npm ci" without --omit=optional\n`);
    process.exit(1);
  }
}

/**
 * In a project of their own, under made-up names, since several versions of one may be needed; then each goes
 * where the lock file has it. `npm install` in the repository itself would bring all that was left out on
 * purpose.
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
        throw new Error(`the registry's ${name} is not the one of package-lock.json`);
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
    // Another script may have been faster.
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
  // What it would say of the network takes a name server's time.
  (process.report as { excludeNetwork?: boolean }).excludeNetwork = true;
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined ? "musl" : "glibc";
}
