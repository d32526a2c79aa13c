import { describe, expect, test } from "vitest";
import { compare } from "./compare.ts";
import type { Difference } from "./differences.ts";
import { type Results, resultsOf } from "./run/own-tests.ts";

const file = "packages/mcp/src/mcp.test.ts";
const sources = "/sources";

const results = (statuses: Record<string, string>, message = ""): Results =>
  resultsOf(
    {
      testResults: [
        {
          name: `${sources}/${file}`,
          message,
          assertionResults: Object.entries(statuses).map(([fullName, status]) => ({
            fullName,
            status,
            failureMessages: status === "failed" ? ["expected 1 to be 2\n  at a line"] : [],
          })),
        },
      ],
    },
    sources,
  );

const intended = (...titles: string[]): Difference[] => [
  { reason: "on purpose", documented: "docs/guide", file, titles },
];

describe("Better Auth's own tests", () => {
  test("a test that fails with usherJwt() alone is a difference, with its failure", () => {
    const [before, after] = [results({ signs: "passed" }), results({ signs: "failed" })];
    expect(compare(before, after, [])).toEqual({
      unexplained: [`${file} > signs: expected 1 to be 2`],
      stale: [],
    });
    expect(compare(before, after, intended("signs"))).toEqual({ unexplained: [], stale: [] });
  });

  test("a test that fails with jwt() too is none", () => {
    const failing = results({ signs: "failed" });
    expect(compare(failing, failing, [])).toEqual({ unexplained: [], stale: [] });
  });

  test("a file that does not load makes all its tests differ", () => {
    const { unexplained } = compare(results({ signs: "passed" }), results({}, "usherJwt: no"), []);
    expect(unexplained).toEqual([`${file} > signs: usherJwt: no`]);
  });

  test("an intended difference that no longer exists must be removed", () => {
    const passing = results({ signs: "passed" });
    expect(compare(passing, passing, intended("signs")).stale).toEqual([`${file} > signs`]);
  });
});
