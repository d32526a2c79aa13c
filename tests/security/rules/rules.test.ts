import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ruleGroups } from "./rules.ts";
import { filesOf, textWithout } from "./without/broken-rule.ts";
import { documentedRows, rowOf } from "./without/document.ts";

const folder = new URL(".", import.meta.url);
const rules = ruleGroups.flatMap((group) => group.rules);

/** The titles of a file's tests, as written in its source. */
function titlesIn(file: string): string[] {
  const text = readFileSync(new URL(file, folder), "utf8");
  return [...text.matchAll(/^ {2}it(?:\.\w+)?\((.*?)", (?:async )?\(/gms)].map(([, title = ""]) =>
    title.trim().slice(1),
  );
}

describe("the rules", () => {
  it("have unique ids and texts", () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    expect(new Set(rules.map(({ text }) => text)).size).toBe(rules.length);
    expect(rules.length).toBeGreaterThan(60);
  });

  it.each(ruleGroups)("of $test have a test each, and it has no other tests", ({ test, rules }) => {
    expect(titlesIn(test)).toEqual(rules.map(({ text }) => text));
  });

  it("are tested in every file here but this one", () => {
    const files = readdirSync(folder).filter((file) => file.endsWith(".test.ts") && file !== "rules.test.ts");
    expect(files.toSorted()).toEqual(ruleGroups.map(({ test }) => test).toSorted());
  });

  it.each(rules)("$id: what keeps it is there once, and can be taken out", (rule) => {
    for (const file of filesOf(rule)) {
      const text = readFileSync(file, "utf8");
      expect(textWithout(rule, file, text)).not.toBe(text);
    }
  });

  it("are in the document, with what a run without them said", () => {
    const expected = ruleGroups.flatMap((group) =>
      group.rules.map((rule) => rowOf(rule, group, "").slice(0, 3)),
    );
    expect(documentedRows().map((row) => row.slice(0, 3))).toEqual(expected);
    for (const [rule, , , said = ""] of documentedRows()) expect(said.length, rule).toBeGreaterThan(10);
  });
});
