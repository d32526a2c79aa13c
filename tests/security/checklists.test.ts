import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { count } from "./report/counts.ts";

const root = new URL("../..", import.meta.url);
const rows = ["rfc8725", "owasp", "supply-chain", "seams", "gate"].flatMap((name) =>
  rowsOf(`docs/security/${name}.md`),
);

/** The rows of a checklist's tables: rule, how it is enforced, file, test. */
function rowsOf(document: string): string[][] {
  const lines = readFileSync(new URL(document, root), "utf8").split("\n");
  return lines
    .filter((line) => /^\| (?!Rule|---)/.test(line))
    .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "")));
}

describe("security checklists", () => {
  it("have lines", () => {
    expect(rows.length).toBeGreaterThan(25);
  });

  it.for(rows)("%s: the named file and test are there", ([_rule, _how, file = "", test = ""], context) => {
    count(context, { rules: 1 });
    const [, source = ""] = /^`(.+)`$/.exec(file) ?? [];
    expect(existsSync(new URL(source, root)), `${source} is not there`).toBe(true);
    const [, testFile = "", title = "?"] = /^`(.+?)`: (.+)$/.exec(test) ?? [];
    expect(readFileSync(new URL(testFile, root), "utf8")).toContain(title);
  });
});
