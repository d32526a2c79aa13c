import { lstat, readdir, readFile } from "node:fs/promises";
import { dirname, join, resolve as resolvePath } from "node:path";
import { parseEnv } from "node:util";
import { CannotRun } from "../../command-line/command.ts";
import { betterAuthCalls } from "../better-auth/edit-config.ts";
import type { FrameworkName } from "../frameworks.ts";
import { type ParsedSource, parseSource } from "../source/syntax.ts";
import { isTest, isToolSetting, type ProjectFile, readSources } from "./files.ts";
import { findFrameworks } from "./find-frameworks.ts";
import { areInstalled } from "./installed.ts";
import { type LocalPackages, localPackages } from "./local-packages.ts";
import { type Manifest, readManifest } from "./manifest.ts";
import { readTypeScriptSettings, type TypeScriptSettings } from "./module-style.ts";

/** What a project's folder contains. */
export interface Project {
  readonly folder: string;
  readonly manifest: Manifest | undefined;
  /** All source files. */
  readonly files: readonly ProjectFile[];
  /** Those that are neither tests nor settings of tools. */
  readonly sources: readonly ProjectFile[];
  /** The folders in it that are packages themselves: those of a monorepo. */
  readonly packages: readonly string[];
  readonly typescript: TypeScriptSettings | undefined;
  readonly environmentExample: string | undefined;
  readonly gitignore: string | undefined;
  /** Whether there is a `.env`. */
  readonly hasEnvironment: boolean;
  /** The variables of the `.env`, and whether each has a value. No value is kept. */
  readonly variables: ReadonlyMap<string, boolean>;
  /** Whether all packages that package.json names are there. */
  readonly isInstalled: boolean;
  /** The files at the top of the folder that a new project may have as well, by name. */
  readonly others: ReadonlyMap<string, string>;
  /** Our packages that are installed from files where the command runs. */
  readonly local: LocalPackages;
  /** What installs the packages. */
  readonly packageManager: "npm" | "pnpm" | "yarn" | "bun";
  /** Addresses in the `.env` of the project. No secret is kept. */
  readonly addresses: { readonly issuer: string | undefined; readonly api: string | undefined };
  readonly frameworks: readonly FrameworkName[];
  /** The files that call `betterAuth`. */
  readonly betterAuthFiles: readonly string[];
  /** Parses a source; undefined if it cannot be. */
  parse(file: ProjectFile): ParsedSource | undefined;
}

/**
 * Reads a project. Changes nothing and runs none of its code.
 *
 * @param from The folder that the command runs in.
 * @throws {CannotRun} The folder is a file, or its package.json cannot be read.
 */
export async function readProject(folder: string, from: string): Promise<Project> {
  const local = await localPackages(from, folder);
  const stats = await lstat(folder).catch(() => undefined);
  if (stats === undefined) return emptyProject(folder, local);
  if (stats.isFile()) throw new CannotRun("usher-auth init needs a folder, and this is a file.");
  const text = await readOptional(folder, "package.json");
  const manifest = text === undefined ? undefined : readManifest(text);
  const { files, packages } = await readSources(folder);
  const sources = files.filter(({ path }) => !isTest(path) && !isToolSetting(path));
  const parsed = new Map<string, ParsedSource | undefined>();
  const parse = ({ path, text: code }: ProjectFile) => {
    if (!parsed.has(path)) parsed.set(path, parseSource(path, code));
    return parsed.get(path);
  };
  const tsconfig = await readOptional(folder, "tsconfig.json");
  const environment = await readOptional(folder, ".env");
  const settings = parseEnv(environment ?? "");
  const others = await readOthers(folder);
  return {
    folder,
    manifest,
    files,
    sources,
    packages,
    typescript: tsconfig === undefined ? undefined : readTypeScriptSettings(tsconfig),
    environmentExample: others.get(".env.example"),
    gitignore: others.get(".gitignore"),
    hasEnvironment: environment !== undefined,
    variables: new Map(Object.entries(settings).map(([name, value]) => [name, value !== ""])),
    isInstalled: await areInstalled(
      folder,
      Object.keys({ ...manifest?.devDependencies, ...manifest?.dependencies }),
    ),
    others,
    local,
    packageManager: await packageManagerOf(folder),
    addresses: { issuer: settings.BETTER_AUTH_URL || undefined, api: settings.API_URL || undefined },
    frameworks: manifest === undefined ? [] : await findFrameworks(folder, manifest, sources, parse),
    betterAuthFiles: sources
      .filter((file) => file.text.includes("better-auth"))
      .filter((file) => {
        const source = parse(file);
        return source !== undefined && betterAuthCalls(source).length > 0;
      })
      .map(({ path }) => path),
    parse,
  };
}

function emptyProject(folder: string, local: LocalPackages): Project {
  return {
    folder,
    manifest: undefined,
    files: [],
    sources: [],
    packages: [],
    typescript: undefined,
    environmentExample: undefined,
    gitignore: undefined,
    hasEnvironment: false,
    variables: new Map(),
    isInstalled: false,
    others: new Map(),
    local,
    packageManager: "npm",
    addresses: { issuer: undefined, api: undefined },
    frameworks: [],
    betterAuthFiles: [],
    parse: () => undefined,
  };
}

/** The files at the top of the folder. Their names are read only once, so links and folders are left out. */
async function readOthers(folder: string): Promise<Map<string, string>> {
  const others = new Map<string, string>();
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (
      !entry.isFile() ||
      !/^(?:\.env.*|\.gitignore|[\w.-]+\.(?:json|ya?ml|md|[mc]?[jt]s))$/.test(entry.name)
    )
      continue;
    if (entry.name === "package-lock.json" || (await lstat(join(folder, entry.name))).size > 512 * 1024)
      continue;
    const text = await readOptional(folder, entry.name);
    if (text !== undefined) others.set(entry.name, text);
  }
  return others;
}

const lockFiles = [
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
] as const;

/** By the lock file, of this folder or of the workspace around it. */
async function packageManagerOf(folder: string): Promise<Project["packageManager"]> {
  for (let at = resolvePath(folder); ; at = dirname(at)) {
    for (const [name, manager] of lockFiles) if (await isThere(join(at, name))) return manager;
    if (
      (await isThere(join(at, "package-lock.json"))) ||
      (await isThere(join(at, ".git"))) ||
      at === dirname(at)
    )
      return "npm";
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

/** The text of a file, with its byte order mark. */
async function readOptional(folder: string, name: string): Promise<string | undefined> {
  try {
    const bytes = await readFile(join(folder, name));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA")
      throw new CannotRun(`${name} is not UTF-8 text. Save it as UTF-8.`);
    throw new CannotRun(`Cannot read ${name} (${code ?? "unknown error"}).`);
  }
}
