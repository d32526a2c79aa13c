import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const source = "packages/verify/src";
const folder = fileURLToPath(new URL(`../../../${source}`, import.meta.url));

/** Files that are mutated together. */
export interface Room {
  readonly name: string;
  /** Patterns, from the root of the repository. */
  readonly files: readonly string[];
  /** Whether its mutants also run against the contract of the adapters. */
  readonly isAdapter: boolean;
}

/**
 * The rooms of `packages/verify/src`, and each adapter with its folder. All in one run would take several times
 * as long: every test then runs through the counters of every mutant.
 */
export const rooms: readonly Room[] = [
  { name: "loose files", files: [`${source}/*.ts`], isAdapter: false },
  ...entriesOf("")
    .filter((name) => name !== "adapters")
    .map((name) => ({ name, files: [`${source}/${name}/**/*.ts`], isAdapter: false })),
  ...entriesOf("adapters", true).map((name) => ({
    name: `adapters/${name}`,
    files: [`${source}/adapters/${name}.ts`, `${source}/adapters/${name}/**/*.ts`],
    isAdapter: true,
  })),
];

/** The file with the results of a room: a report, from the root of the repository. */
export function resultsOf(room: string): string {
  return `reports/mutation/${room.replaceAll(/\W/g, "-")}.json`;
}

/** Names of the folders there, and of the files without their ending. */
function entriesOf(room: string, withFiles = false): readonly string[] {
  const entries = readdirSync(`${folder}/${room}`, { withFileTypes: true });
  const names = entries
    .filter((entry) => withFiles || entry.isDirectory())
    .map(({ name }) => name.replace(/\.ts$/, ""));
  return [...new Set(names)].toSorted();
}
