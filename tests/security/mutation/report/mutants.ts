import { readFileSync } from "node:fs";
import type { schema } from "@stryker-mutator/api/core";

/** The report of a Stryker run (mutation-testing-report-schema). */
export type Report = schema.MutationTestResult;

/** A mutant, with its code. */
export interface Mutant {
  /** Below `packages/verify/src`. */
  readonly file: string;
  readonly line: number;
  readonly endLine: number;
  /** The trimmed line on which it begins. */
  readonly lineText: string;
  /** The original code and that of the mutant, each on one line. */
  readonly original: string;
  readonly replacement: string;
  readonly mutator: string;
  readonly status: schema.MutantStatus;
  /** Titles of the tests that failed. By default, Stryker stops at the first one. */
  readonly killedBy: readonly string[];
}

const source = "packages/verify/src/";

export function readReport(path: URL | string): Report {
  return JSON.parse(readFileSync(path, "utf8")) as Report;
}

/** Every mutant of a report, sorted by file and line. */
export function mutantsOf({ files, testFiles = {} }: Report): readonly Mutant[] {
  const tests = Object.values(testFiles).flatMap((file) => file.tests);
  const titles = new Map(tests.map(({ id, name }) => [id, name]));
  return Object.entries(files)
    .toSorted(([one], [other]) => one.localeCompare(other))
    .flatMap(([path, { source: text, mutants }]) => {
      const lines = text.split("\n");
      return mutants
        .toSorted((one, other) => compare(one.location.start, other.location.start))
        .map((mutant) => ({
          file: path.slice(path.indexOf(source) + source.length),
          line: mutant.location.start.line,
          endLine: mutant.location.end.line,
          lineText: (lines[mutant.location.start.line - 1] ?? "").trim(),
          original: onOneLine(between(lines, mutant.location)),
          replacement: onOneLine(mutant.replacement ?? ""),
          mutator: mutant.mutatorName,
          status: mutant.status,
          killedBy: (mutant.killedBy ?? []).map((id) => titles.get(id) ?? id),
        }));
    });
}

/** Positions in a report count lines and columns from 1; the end is exclusive. */
function between(lines: readonly string[], { start, end }: schema.Location): string {
  const part = lines.slice(start.line - 1, end.line);
  const last = part.length - 1;
  part[last] = part[last]?.slice(0, end.column - 1) ?? "";
  part[0] = part[0]?.slice(start.column - 1) ?? "";
  return part.join("\n");
}

function compare(one: schema.Position, other: schema.Position): number {
  return one.line - other.line || one.column - other.column;
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
