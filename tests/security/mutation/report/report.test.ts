import { readFileSync } from "node:fs";
import type { schema } from "@stryker-mutator/api/core";
import { describe, expect, it } from "vitest";
import { reasons } from "../reasons/reasons.ts";
import { mutantsOf } from "./mutants.ts";
import { scoreTable, survivorTable } from "./tables.ts";

const source = new URL("../../../../packages/verify/src/", import.meta.url);

/** A report as Stryker writes it, with mutants of the first line of `access/owner.ts` in these states. */
function reportOf(text: string, statuses: readonly schema.MutantStatus[]): schema.MutationTestResult {
  const location = { start: { line: 1, column: 7 }, end: { line: 1, column: 11 } };
  const mutants = statuses.map((status, id) => ({
    id: String(id),
    mutatorName: "BooleanLiteral",
    location,
    replacement: "false",
    status,
    killedBy: ["t1"],
  }));
  return {
    schemaVersion: "2",
    thresholds: { high: 100, low: 0 },
    files: {
      "/tmp/x/packages/verify/src/access/owner.ts": { language: "typescript", source: text, mutants },
    },
    testFiles: { "owner.test.ts": { tests: [{ id: "t1", name: "checkOwner > accepts the very id" }] } },
  };
}

describe("mutants of a report", () => {
  it("contain the original code on one line, and the titles of the tests", () => {
    expect(mutantsOf(reportOf("if (!(true)) {\n}", ["Killed"]))).toEqual([
      {
        file: "access/owner.ts",
        line: 1,
        endLine: 1,
        lineText: "if (!(true)) {",
        original: "true",
        replacement: "false",
        mutator: "BooleanLiteral",
        status: "Killed",
        killedBy: ["checkOwner > accepts the very id"],
      },
    ]);
  });
});

describe("the tables", () => {
  it("never round a score up, and count code that no test runs", () => {
    const most: schema.MutantStatus[] = Array(19_999).fill("Killed");
    expect(scoreTable(mutantsOf(reportOf("", [...most, "Survived"])))).toContain(
      "| **all** | 99.99 % | 19999 | 0 | 1 | 0 |",
    );
    expect(scoreTable(mutantsOf(reportOf("", ["Killed", "Timeout", "NoCoverage", "Ignored"])))).toContain(
      "| `access/owner.ts` | 66.66 % | 1 | 1 | 0 | 1 |",
    );
  });

  it("mark a survivor without a reason", () => {
    const table = survivorTable(mutantsOf(reportOf("if (!(true)) {\n}", ["Survived", "Killed"])));
    expect(table.split("\n").slice(2)).toEqual([
      "| `access/owner.ts:1` | `true` | `false` | **no test detects it yet** |",
    ]);
  });
});

describe("the reasons of survivors", () => {
  it.each(reasons)("match the code: $file, $line", ({ file, line }) => {
    expect(readFileSync(new URL(file, source), "utf8")).toContain(line);
  });
});
