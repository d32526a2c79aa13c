import { readFileSync, writeFileSync } from "node:fs";
import { pathOf, type Rule } from "../rule.ts";
import { type RuleGroup, ruleGroups } from "../rules.ts";

const file = new URL("../../../../docs/security/rules.md", import.meta.url);
const [start, end] = ["<!-- proven -->", "<!-- /proven -->"];

/** A row of the document: rule, files, test file, and the message of the assertion without the rule. */
export type ProofRow = readonly [rule: string, files: string, test: string, said: string];

/** The rows of the document, in order. */
export function documentedRows(): readonly ProofRow[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => /^\| (?!Rule|---)/.test(line))
    .map((line) => line.slice(2, -2).split(" | ") as unknown as ProofRow);
}

/** The row of a rule. */
export function rowOf(rule: Rule, group: RuleGroup, said: string): ProofRow {
  const files = [...new Set(rule.kept.map(([name]) => `\`${pathOf(rule, name)}\``))];
  return [escaped(rule.text), files.join(", "), `\`tests/security/rules/${group.test}\``, quoted(said)];
}

/** Writes the message of each test without its rule to the document. */
export function writeProofs(said: ReadonlyMap<string, string>): void {
  const document = readFileSync(file, "utf8");
  const tables = ruleGroups.map((group) =>
    [
      `## ${group.title}`,
      "",
      "| Rule, and title of its test | File | Test | Without the rule, the test says |",
      "| --- | --- | --- | --- |",
      ...group.rules.map((rule) => `| ${rowOf(rule, group, said.get(rule.id) ?? "").join(" | ")} |`),
    ].join("\n"),
  );
  const [before, after] = [document.slice(0, document.indexOf(start)), document.slice(document.indexOf(end))];
  writeFileSync(file, `${before}${start}\n\n${tables.join("\n\n")}\n\n${after}`);
}

/** Escapes the characters of Markdown emphasis. */
function escaped(text: string): string {
  return text.replaceAll(/[_*]/g, "\\$&");
}

/** As inline code for a table cell, shortened. */
function quoted(text: string): string {
  const short = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return `\`${short.replaceAll("|", "/").replaceAll("`", "'")}\``;
}
