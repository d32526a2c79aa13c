import { chmodSync, lstatSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { type Identity, isOpenTo } from "./file-access.ts";

const manifestName = "manifest.json";

/** What to stage and for whom. */
export type StageOptions = {
  /** Part of the folder's name: what is staged. */
  name: string;
  /** Part of the folder's name: two versions never share a folder. */
  version: string;
  /**
   * Who must be able to read it; the folder then is open to every reader (0755), else it is private (0700).
   */
  reader?: Identity;
  /** Where staged folders live. Default: the first temporary folder that the reader may enter. */
  parent?: string;
  /** Puts the content into the given, empty folder. */
  fill: (folder: string) => Promise<void>;
};

/**
 * A folder filled once per version and found again by every later caller, also in parallel: it is filled
 * under a private name and then renamed, so that nobody ever sees half of it. It is refilled when files have
 * since been lost (cleaners of temporary folders delete old files one by one). A folder of another owner, or
 * one that others may write to, is never used: it throws.
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
    // Already renamed when all went well.
    await rm(draft, { recursive: true, force: true });
  }
}

async function publish(draft: string, final: string, owner: number): Promise<string> {
  try {
    await rename(draft, final);
    return final;
  } catch (error) {
    // Someone else was faster, with the same content.
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

/** Every file with its size. Their content is not looked at, which would cost more than staging saves. */
function inventory(folder: string): StagedFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(folder, path), size: lstatSync(path).size }));
}

/** The first temporary folder that the reader can pass through: TMPDIR may itself be a private one. */
export function temporaryFolder(reader?: Identity): string {
  const candidates = [tmpdir(), "/tmp", "/var/tmp"];
  const found = candidates.find((folder) => reader === undefined || isOpenTo(folder, reader));
  if (found === undefined)
    throw new Error(`no temporary folder is open to user ${reader?.uid}: set TMPDIR to one`);
  return found;
}
