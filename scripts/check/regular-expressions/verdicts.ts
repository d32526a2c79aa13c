import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import recheck from "recheck/package.json" with { type: "json" };

/** By literal: why an expression is rejected, or `null`. */
export type Verdicts = Map<string, string | null>;

/** Analysing all expressions takes half a minute, so the linear ones are listed in the repository. */
const listed = (root: string): string => join(root, "scripts/check/regular-expressions/linear.json");

/** The results of this clone. */
const kept = (root: string): string => join(root, "node_modules/.cache/usher-regular-expressions.json");

interface File {
  /** The version of recheck: results of another version are ignored. */
  readonly recheck: string;
  readonly verdicts: Readonly<Record<string, string | null>>;
}

export function readVerdicts(root: string): Verdicts {
  return new Map([...read(kept(root)), ...read(listed(root))]);
}

export function keepVerdicts(root: string, verdicts: Verdicts): void {
  write(kept(root), verdicts);
}

/** Lists the linear ones, to be committed. */
export function listVerdicts(root: string, verdicts: Verdicts): void {
  const linear = [...verdicts].filter(([, fault]) => fault === null);
  write(listed(root), new Map(linear.sort(([one], [other]) => (one < other ? -1 : 1))));
}

function read(path: string): [string, string | null][] {
  try {
    const file = JSON.parse(readFileSync(path, "utf8")) as File;
    return file.recheck === recheck.version ? Object.entries(file.verdicts) : [];
  } catch {
    // Missing, or incomplete because the process that wrote it was killed.
    return [];
  }
}

function write(path: string, verdicts: Verdicts): void {
  mkdirSync(dirname(path), { recursive: true });
  const file: File = { recheck: recheck.version, verdicts: Object.fromEntries(verdicts) };
  writeFileSync(path, `${JSON.stringify(file, undefined, 2)}\n`);
}
