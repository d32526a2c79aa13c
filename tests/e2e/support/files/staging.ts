import { chmodSync, lstatSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { type Identity, isOpenTo } from "./file-access.ts";

const manifestName = "manifest.json";

/** What to stage, and which user must be able to read it. */
export type StageOptions = {
  /** What is staged; part of the folder's name. */
  name: string;
  /** Part of the folder's name, so that two versions never share a folder. */
  version: string;
  /** A user who must be able to read it. The folder then has mode 0755, otherwise 0700. */
  reader?: Identity;
  /** The parent of staged folders. Default: the first temporary folder that the reader may enter. */
  parent?: string;
  /** Writes the content to the given empty folder. */
  fill: (folder: string) => Promise<void>;
};

/**
 * Returns a folder that is filled once per version and shared by all callers, in parallel too. It is filled
 * under a private name and then renamed, so that no caller sees a partial folder. It is filled again if files
 * are missing, because cleaners of temporary folders delete old files one by one. Throws if the folder
 * belongs to another user or is writable by others.
 */
export async function stage(options: StageOptions): Promise<string> {
  const parent = options.parent ?? temporaryFolder(options.reader);
  const owner = process.getuid?.() ?? 0;
  const final = join(parent, `usher-${options.name}-${options.version}-${owner}`);
  if (isIntact(final, owner)) return final;

  const draft = mkdtempSync(`${final}-`);
  try {
    await options.fill(draft);
    writeFileSync(join(draft, manifestName), JSON.stringify(inventory(draft)));
    chmodSync(draft, options.reader === undefined ? 0o700 : 0o755);
    return await publish(draft, final, owner);
  } finally {
    // Does nothing if the draft was renamed.
    await rm(draft, { recursive: true, force: true });
  }
}

async function publish(draft: string, final: string, owner: number): Promise<string> {
  try {
    await rename(draft, final);
    return final;
  } catch (error) {
    // Another process was faster, with the same content.
    if (isIntact(final, owner)) return final;
    if (isOurs(final, owner)) {
      const damaged = mkdtempSync(`${final}-damaged-`);
      await rename(final, damaged);
      await rm(damaged, { recursive: true, force: true });
      return publish(draft, final, owner);
    }
    throw new Error(
      `${final} could have been changed by another user: remove it, or set TMPDIR to another folder`,
      {
        cause: error,
      },
    );
  }
}

function isIntact(folder: string, owner: number): boolean {
  if (!isOurs(folder, owner)) return false;
  try {
    const files: StagedFile[] = JSON.parse(readFileSync(join(folder, manifestName), "utf8"));
    return files.every(({ path, size }) => lstatSync(join(folder, path)).size === size);
  } catch {
    return false;
  }
}

function isOurs(folder: string, owner: number): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === owner && (found.mode & 0o022) === 0;
}

type StagedFile = { path: string; size: number };

/** Every file with its size. Contents are not compared: that would cost more than staging saves. */
function inventory(folder: string): StagedFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(folder, path), size: lstatSync(path).size }));
}

/** The first temporary folder that the reader can enter. TMPDIR itself may be private. */
export function temporaryFolder(reader?: Identity): string {
  const candidates = [tmpdir(), "/tmp", "/var/tmp"];
  const found = candidates.find((folder) => reader === undefined || isOpenTo(folder, reader));
  if (found === undefined)
    throw new Error(`user ${reader?.uid} cannot enter any temporary folder: set TMPDIR to one`);
  return found;
}
