import fc from "fast-check";
import { expect, test } from "vitest";
import { splitPartial } from "../../../src/gate/policy/partial.ts";
import type { Found, Rule } from "../../../src/gate/policy/rule.ts";
import { createRouteTable } from "../../../src/gate/policy/table.ts";
import { allSplits, findNaively } from "./support/naive-table.ts";
import { rule } from "./support/rules.ts";

// Few words, so that templates overlap.
const words = fc.constantFrom("a", "A", "b", "ab", "a.b", "b-", "aa");
const parts = fc.oneof(
  words,
  fc.constantFrom("{x}", "{y}", "{x}.b", "a{x}", "{x}-{z}", "{x}{z}", "a{x}B", "A{y}b"),
);
const templates = fc
  .tuple(fc.array(parts, { maxLength: 3 }), fc.constantFrom("", "", "/", "/{rest...}"))
  .map(([segments, end]) => segments.map((part) => `/${part}`).join("") + end || "/")
  .filter((text) => new Set(text.match(/\{\w+/g)).size === (text.match(/\{\w+/g)?.length ?? 0));
const rules = fc.record({
  template: templates,
  method: fc.constantFrom("GET", "HEAD", "POST", "*"),
  access: fc.constantFrom("public", "optional", "required", "denied"),
  source: fc.constantFrom("document", "file"),
});
const tables = fc
  .array(rules, { minLength: 1, maxLength: 12 })
  // One rule of each source for each method and template; `*` is the file's.
  .map((all) => all.map((one) => (one.method === "*" ? { ...one, source: "file" as const } : one)))
  .map((all) => [...new Map(all.map((one) => [`${one.method} ${one.template} ${one.source}`, one])).values()])
  .map((all) => all.map((one): Rule => ({ ...rule("GET /"), ...one })));
const paths = fc
  .array(fc.constantFrom("a", "A", "b", "ab", "a.b", "a-b", "a-a-b", "aab", "b-", "zz"), { maxLength: 4 })
  .chain((segments) => fc.constantFrom(...(segments.length === 0 ? [[""]] : [segments, [...segments, ""]])));
const methods = fc.constantFrom("GET", "HEAD", "POST", "PUT", "TRACE");

test("the table finds what a naive matcher finds", () => {
  let matched = 0;
  fc.assert(
    fc.property(tables, methods, paths, (all, method, segments) => {
      const found = createRouteTable(all).find(method, segments);
      if (found !== undefined && "matches" in found) matched++;
      expect(comparable(found)).toEqual(comparable(findNaively(all, method, segments)));
    }),
    { numRuns: 500 },
  );
  expect(matched).toBeGreaterThan(50);
});

test("what the file denies is denied, whatever the document says", () => {
  fc.assert(
    fc.property(tables, methods, paths, (all, method, segments) => {
      const ofFile = all.filter(({ source }) => source === "file");
      const isDenied = (found: Found) =>
        found !== undefined &&
        "matches" in found &&
        found.matches.some((match) => match.rule.access === "denied");
      const before = createRouteTable(ofFile).find(method, segments);
      const after = createRouteTable(all).find(method, segments);
      if (isDenied(before)) expect(isDenied(after) || after === undefined || "allow" in after).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("a segment is split as it could be, and only where there is one way", () => {
  const literals = fc.array(fc.constantFrom("", "-", ".", "a", "--"), { minLength: 2, maxLength: 4 });
  const texts = fc.string({ unit: fc.constantFrom("a", "-", ".", "b"), maxLength: 8 });
  fc.assert(
    fc.property(literals, texts, (parts, text) => {
      const splits = allSplits(text, parts);
      const expected = splits[0]?.map((value, index) =>
        splits.every((split) => split[index] === value) && isSamePlace(splits, parts, index)
          ? value
          : undefined,
      );
      expect(splitPartial(text, parts)).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

/** Equal texts at different places are not the same. */
function isSamePlace(splits: string[][], parts: string[], index: number): boolean {
  const start = (split: string[]) =>
    split.slice(0, index).join("").length + parts.slice(0, index + 1).join("").length;
  return new Set(splits.map(start)).size === 1;
}

function comparable(found: Found) {
  if (found === undefined) return "unknown";
  if ("allow" in found) return [...found.allow].sort();
  return found.matches.map((match) => JSON.stringify([match.rule, { ...match.params }])).sort();
}
