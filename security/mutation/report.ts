/** Writes docs/security/mutation.md out of what the last run of `npm run test:mutation` left. */
import { readFileSync, writeFileSync } from "node:fs";
import { scoreTable, survivorTable } from "./document.ts";
import { mutantsOf, readReport } from "./mutants.ts";
import { reasonOf } from "./reasons.ts";

const root = new URL("../../", import.meta.url);
const [start, end] = ["<!-- measured -->", "<!-- /measured -->"];

const report = readReport(new URL("reports/mutation.json", root));
const mutants = mutantsOf(report);
const undecided = mutants.filter(({ status }) => status === "Survived" || status === "NoCoverage");
const unexplained = undecided.filter((mutant) => reasonOf(mutant) === undefined);
const statics = mutants.filter(({ isStatic }) => isStatic).length;

const versions = [
  `Stryker ${report.framework?.version}`,
  `Vitest ${version("vitest")}`,
  `TypeScript ${version("typescript")}`,
  `Node ${process.version}`,
];
const measured = [
  `Run on ${new Date().toISOString().slice(0, 10)}, with ${versions.join(", ")}: ${mutants.length} mutants, of which ${statics} are`,
  `in code that runs when a file is loaded. ${undecided.length} survived, ${unexplained.length} of them without a reason.`,
  "",
  scoreTable(mutants),
  "",
  "## Survivors",
  "",
  survivorTable(mutants),
];

const file = new URL("docs/security/mutation.md", root);
const text = readFileSync(file, "utf8");
const [before, after] = [text.slice(0, text.indexOf(start) + start.length), text.slice(text.indexOf(end))];
writeFileSync(file, `${before}\n${measured.join("\n")}\n${after}`);
console.log(`${mutants.length} mutants, ${undecided.length} survivors, ${unexplained.length} without a reason`);
for (const { file, line, original, replacement } of unexplained) {
  console.log(`${file}:${line}  ${original.slice(0, 100)}  ->  ${replacement.slice(0, 100)}`);
}

function version(name: string): string {
  const text = readFileSync(new URL(`node_modules/${name}/package.json`, root), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
