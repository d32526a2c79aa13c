import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import recheck from "recheck/package.json" with { type: "json" };

/** What is wrong with an expression, by its literal; `null` where nothing is. */
export type Verdicts = Map<string, string | null>;

/**
 * Judging takes half a minute, and always comes to the same: what is known to be linear is part of the
 * repository.
 */
const listed = (root: string): string => join(root, "scripts/check/regular-expressions/linear.json");

/** And what was found out since. */
const kept = (root: string): string => join(root, "node_modules/.cache/usher-regular-expressions.json");

interface File {
  /** The analyser's version: another one judges anew. */
  readonly recheck: string;
  readonly verdicts: Readonly<Record<string, string | null>>;
}

export function readVerdicts(root: string): Verdicts {
  return new Map([...read(kept(root)), ...read(listed(root))]);
}

export function keepVerdicts(root: string, verdicts: Verdicts): void {
  write(kept(root), verdicts);
}

/** Lists those that are linear, for every clone: to be committed. */
export function listVerdicts(root: string, verdicts: Verdicts): void {
  const linear = [...verdicts].filter(([, fault]) => fault === null);
  write(listed(root), new Map(linear.sort(([one], [other]) => (one < other ? -1 : 1))));
}

function read(path: string): [string, string | null][] {
  try {
    const file = JSON.parse(readFileSync(path, "utf8")) as File;
    return file.recheck === recheck.version ? Object.entries(file.verdicts) : [];
  } catch {
    // The first time, or half written by a process that was killed.
    return [];
  }
}

function write(path: string, verdicts: Verdicts): void {
  mkdirSync(dirname(path), { recursive: true });
  const file: File = { recheck: recheck.version, verdicts: Object.fromEntries(verdicts) };
  writeFileSync(path, `${JSON.stringify(file, undefined, 2)}\n`);
}
