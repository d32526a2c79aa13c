import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** A file of the project. The path is relative to its folder, with `/` between. */
export interface ProjectFile {
  readonly path: string;
  readonly text: string;
}

/** Folders whose files nobody edits by hand. Hidden ones are left out as well. */
const generated = new Set([
  "node_modules",
  "bower_components",
  "dist",
  "build",
  "out",
  "coverage",
  "vendor",
  "public",
  "static",
]);
const source = /\.(?:[mc]?[jt]s|[jt]sx)$/;
/** Files. Larger projects have their API in a separate folder. */
const most = 5000;
/** Bytes. Larger files are generated. */
const largest = 512 * 1024;

/** The files of a project, and the folders in it that are packages themselves. */
export interface FoundFiles {
  readonly files: readonly ProjectFile[];
  readonly packages: readonly string[];
}

/**
 * The JavaScript and TypeScript of a folder, without what is generated and without other packages inside.
 * Symbolic links are not followed.
 */
export async function readSources(folder: string): Promise<FoundFiles> {
  const files: ProjectFile[] = [];
  const packages: string[] = [];
  const visit = async (under: string): Promise<void> => {
    const entries = await readdir(join(folder, under), { withFileTypes: true });
    if (
      under !== "" &&
      entries.some(({ name }) => name === "package.json") &&
      (await isPackage(join(folder, under)))
    ) {
      packages.push(under);
      return;
    }
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (files.length >= most) return;
      const path = under === "" ? entry.name : `${under}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!entry.name.startsWith(".") && !generated.has(entry.name)) await visit(path);
      } else if (entry.isFile() && source.test(entry.name) && !/\.d\.[mc]?ts$/.test(entry.name)) {
        const text = await readSource(join(folder, path));
        if (text !== undefined) files.push({ path, text });
      }
    }
  };
  await visit("");
  return { files, packages };
}

/** A package.json without a name only says what kind of modules a folder has. */
async function isPackage(folder: string): Promise<boolean> {
  return /"name"\s*:/.test(await readFile(join(folder, "package.json"), "utf8").catch(() => ""));
}

async function readSource(path: string): Promise<string | undefined> {
  if ((await lstat(path)).size > largest) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await readFile(path));
  } catch {
    return undefined;
  }
}

/** Whether the file is a test, or part of one. */
export function isTest(path: string): boolean {
  return /(?:^|\/)(?:tests?|__tests__|e2e|spec)\/|[.-](?:test|spec|e2e-spec)\.[mc]?[jt]sx?$/.test(path);
}

/** Whether the file configures a tool: `vite.config.ts`. */
export function isToolSetting(path: string): boolean {
  return /(?:^|\/)[\w.-]+\.config\.[mc]?[jt]s$/.test(path);
}
