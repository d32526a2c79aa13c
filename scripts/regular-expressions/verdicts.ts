import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import recheck from "recheck/package.json" with { type: "json" };

/** What is wrong with an expression, by its literal; `null` where nothing is. */
export type Verdicts = Map<string, string | null>;

/** Judging takes seconds, and always comes to the same: verdicts are kept, those of each version of the analyser apart. */
const place = (root: string): string =>
  join(root, "node_modules/.cache/usher-regular-expressions", `${recheck.version}.json`);

export function readVerdicts(root: string): Verdicts {
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(place(root), "utf8"))));
  } catch {
    // The first time, or half written by a process that was killed.
    return new Map();
  }
}

export function keepVerdicts(root: string, verdicts: Verdicts): void {
  mkdirSync(dirname(place(root)), { recursive: true });
  writeFileSync(place(root), JSON.stringify(Object.fromEntries(verdicts)));
}
