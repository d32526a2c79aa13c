import { readFileSync, writeFileSync } from "node:fs";
import { reasonOf } from "../reasons/reasons.ts";
import { resultsOf, rooms } from "../rooms.ts";
import { type Mutant, mutantsOf, readReport } from "./mutants.ts";
import { ruleTable } from "./rule-mutants.ts";
import { isUnnoticed, scoreTable, survivorTable } from "./tables.ts";

const root = new URL("../../../../", import.meta.url);
const [start, end] = ["<!-- measured -->", "<!-- /measured -->"];

/** Writes the last runs to docs/security/mutation.md, and prints the survivors without a reason. */
export function writeReport(): void {
  const reports = rooms.map(({ name }) => readReport(new URL(resultsOf(name), root)));
  const all = reports.flatMap(mutantsOf).toSorted((one, other) => one.file.localeCompare(other.file));
  const count = (some: Mutant["status"]) => all.filter(({ status }) => status === some).length;
  const [left, broken] = [count("Ignored"), count("RuntimeError")];
  const mutants = all.filter(({ status }) => status !== "Ignored" && status !== "RuntimeError");
  const unnoticed = mutants.filter(isUnnoticed);
  const unexplained = unnoticed.filter((mutant) => reasonOf(mutant) === undefined);
  const versions = [
    `Stryker ${version("@stryker-mutator/core")}`,
    `Vitest ${version("vitest")}`,
    `TypeScript ${version("typescript")}`,
    `Node ${process.version}`,
  ].join(", ");
  const lines = [
    `Run on ${new Date().toISOString().slice(0, 10)} with ${versions}: ${mutants.length} mutants, of which`,
    `${unnoticed.length} were not noticed, ${unexplained.length} of these without a reason.`,
    ...(left === 0 ? [] : [`${left} more, in code that only runs while a file is loaded, were not run.`]),
    ...(broken === 0 ? [] : [`Not counted, because the tests cannot be loaded: ${broken}.`]),
    "",
    scoreTable(mutants),
    "",
    "## Survivors",
    "",
    survivorTable(mutants),
    "",
    "## Rules",
    "",
    "Mutants of the lines that keep a rule, and how many of them the one test that is named after the rule notices by itself,",
    "without all other tests. Stryker makes no mutant of some lines, and on others some that leave the rule as it is. That the",
    "test fails when the rule is taken out altogether is shown by [rules.md](rules.md).",
    "",
    ruleTable(mutantsOf(readReport(new URL("reports/mutation-rules.json", root)))),
  ];
  const file = new URL("docs/security/mutation.md", root);
  const text = readFileSync(file, "utf8");
  const [before, after] = [text.slice(0, text.indexOf(start) + start.length), text.slice(text.indexOf(end))];
  writeFileSync(file, `${before}\n${lines.join("\n")}\n${after}`);
  console.log(
    `${mutants.length} mutants, ${unnoticed.length} not noticed, ${unexplained.length} of these without a reason`,
  );
  for (const { file, line, original, replacement } of unexplained) {
    console.log(`${file}:${line}  ${original.slice(0, 100)}  ->  ${replacement.slice(0, 100)}`);
  }
}

function version(name: string): string {
  const text = readFileSync(new URL(`node_modules/${name}/package.json`, root), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
