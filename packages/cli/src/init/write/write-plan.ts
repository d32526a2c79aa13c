import { randomBytes } from "node:crypto";
import {
  accessSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  writeFileSync,
} from "node:fs";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { CannotRun } from "../../command-line/command.ts";
import type { Change } from "../plan.ts";

/** A file that is ready to take its place. */
interface Prepared {
  readonly change: Change;
  readonly target: string;
  readonly temporary: string;
  /** A second name of the file before the change. */
  readonly backup: string | undefined;
}

/**
 * Writes all changes, or none of them. All new texts are first written beside their files, then take their
 * places. If one of them cannot, those before it are undone. Nothing is overwritten: a file that is edited
 * must still have the text that the plan was made from, and a file that is created must not exist.
 *
 * Runs without a pause, and ignores Ctrl-C for these milliseconds, so that it does not end halfway.
 *
 * @throws {CannotRun} Nothing was changed. The message says why.
 */
export function writePlan(folder: string, changes: readonly Change[]): void {
  if (changes.length === 0) return;
  const folders: string[] = [];
  const prepared: Prepared[] = [];
  const placed: Prepared[] = [];
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  let failure: Error | undefined;
  /** The change in progress. */
  let current = "The project's folder";
  const ignore = () => {};
  for (const signal of signals) process.on(signal, ignore);
  try {
    if (!exists(folder)) makeFolders(folder, folders);
    const root = realpathSync(folder);
    for (const change of changes) check(root, change);
    for (const change of changes) {
      current = change.path;
      prepared.push(prepare(root, change, folders));
    }
    for (const one of prepared) {
      current = one.change.path;
      place(root, one);
      placed.push(one);
    }
  } catch (error) {
    for (const { change, target, backup } of placed.reverse()) {
      if (change.kind === "create") rmSync(target, { force: true });
      else if (backup !== undefined) renameSync(backup, target);
    }
    failure = explain(error, current);
  } finally {
    for (const { temporary, backup } of prepared) {
      rmSync(temporary, { force: true });
      if (backup !== undefined) rmSync(backup, { force: true });
    }
    if (failure !== undefined) for (const made of folders.reverse()) removeEmpty(made);
    for (const signal of signals) process.off(signal, ignore);
  }
  if (failure !== undefined) throw failure;
}

/** Refuses what would change another file than the one that is named, or lose what is in it. */
function check(root: string, change: Change): void {
  const { path } = change;
  if (isAbsolute(path) || path.split(/[/\\]/).includes("..")) throw outside(path);
  let at = root;
  const parts = path.split("/");
  for (const [index, part] of parts.entries()) {
    at = join(at, part);
    const stats = statsOf(at);
    const isLast = index === parts.length - 1;
    if (stats === undefined) {
      if (change.kind === "edit") throw new CannotRun(`${path} has disappeared. Nothing was changed.`);
      return;
    }
    if (stats.isSymbolicLink())
      throw new CannotRun(
        `${parts.slice(0, index + 1).join("/")} is a symbolic link, which is not followed. Run usher-auth init where it leads, or replace it. Nothing was changed.`,
      );
    if (!isLast && !stats.isDirectory())
      throw new CannotRun(`${parts.slice(0, index + 1).join("/")} is not a folder. Nothing was changed.`);
  }
  if (change.kind === "create")
    throw new CannotRun(`${path} exists already, and nothing is overwritten. Nothing was changed.`);
  checkUnchanged(at, change);
  if ((lstatSync(at).mode & 0o222) === 0) throw new CannotRun(`${path} is read-only. Nothing was changed.`);
  accessSync(at, constants.W_OK);
}

function checkUnchanged(target: string, change: Extract<Change, { kind: "edit" }>): void {
  if (!lstatSync(target).isFile()) throw new CannotRun(`${change.path} is not a file. Nothing was changed.`);
  if (readFileSync(target, "utf8") !== change.before)
    throw new CannotRun(
      `${change.path} was changed in the meantime. Run the command again. Nothing was changed.`,
    );
}

function prepare(root: string, change: Change, folders: string[]): Prepared {
  const target = join(root, ...change.path.split("/"));
  makeFolders(dirname(target), folders);
  const real = realpathSync(dirname(target));
  const inside = relative(root, real);
  if (inside.startsWith(`..${sep}`) || inside === ".." || isAbsolute(inside)) throw outside(change.path);
  const name = `.usher-init-${randomBytes(6).toString("hex")}`;
  const temporary = join(real, name);
  const isEdit = change.kind === "edit";
  const stats = isEdit ? lstatSync(target) : undefined;
  const descriptor = openSync(temporary, "wx", change.kind === "create" ? (change.mode ?? 0o666) : 0o600);
  try {
    writeFileSync(descriptor, isEdit ? change.after : change.content);
    fsyncSync(descriptor);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
  if (stats !== undefined) copyRights(temporary, stats);
  return { change, target, temporary, backup: isEdit ? `${temporary}.before` : undefined };
}

function copyRights(path: string, { mode, uid, gid }: Stats): void {
  const own = lstatSync(path);
  if (own.uid !== uid || own.gid !== gid) chownSync(path, uid, gid);
  chmodSync(path, mode & 0o7777);
}

function place(root: string, { change, target, temporary, backup }: Prepared): void {
  if (change.kind === "create") {
    // Unlike a rename, a link fails if the name is taken.
    linkOrCopy(temporary, target);
    return;
  }
  check(root, change);
  if (backup !== undefined) linkOrCopy(target, backup);
  renameSync(temporary, target);
}

/** Some file systems have no links. Both ways fail if the name is taken. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw error;
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  }
}

function makeFolders(path: string, made: string[]): void {
  if (exists(path)) return;
  makeFolders(dirname(path), made);
  mkdirSync(path);
  made.push(path);
}

function removeEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // It has files: the new ones, or those of someone else.
  }
}

function exists(path: string): boolean {
  return statsOf(path) !== undefined;
}

function statsOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function outside(path: string): CannotRun {
  return new CannotRun(`${path} is outside of the project's folder. Nothing was changed.`);
}

function explain(error: unknown, path: string): Error {
  if (error instanceof CannotRun) return error;
  const { code } = error as NodeJS.ErrnoException;
  const reason = code === "EEXIST" ? "exists already" : `cannot be written (${code ?? "unknown error"})`;
  return new CannotRun(`${path} ${reason}. Nothing was changed.`);
}
