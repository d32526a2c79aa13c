import { readFileSync } from "node:fs";
import type { Rule } from "../../rules/rule.ts";
import { ruleGroups } from "../../rules/rules.ts";
import type { Mutant } from "./mutants.ts";

const source = new URL("../../../../packages/verify/src/", import.meta.url);

/** Lines of a file below `packages/verify/src`, counted from 1, both inclusive. */
interface Lines {
  readonly file: string;
  readonly first: number;
  readonly last: number;
}

/** Only `packages/verify` is mutated: the client's rules are left out. */
const groups = ruleGroups.map(({ test, rules }) => ({
  test,
  rules: rules.filter((rule) => rule.package === undefined),
}));

/** The lines that implement a rule. */
function linesOf({ kept }: Rule): readonly Lines[] {
  return kept.map(([file, anchor]) => {
    const text = readFileSync(new URL(file, source), "utf8");
    const first = text.slice(0, text.indexOf(anchor)).split("\n").length;
    return { file, first, last: first + anchor.split("\n").length - 1 };
  });
}

/** The line ranges for Stryker, so that it mutates every line that implements a rule. */
export function mutatedLines(): string[] {
  const all = groups.flatMap(({ rules }) => rules.flatMap(linesOf));
  return [...new Set(all.map(({ file, first, last }) => `packages/verify/src/${file}:${first}-${last}`))];
}

/** For each rule, the mutants of its lines and how many of them its own test detects. */
export function ruleTable(mutants: readonly Mutant[]): string {
  const rows = groups.flatMap(({ test, rules }) =>
    rules.map((rule) => {
      const lines = linesOf(rule);
      const here = mutants.filter((mutant) => lines.some((place) => isWithin(mutant, place)));
      const noticed = here.filter(({ killedBy }) => killedBy.some((title) => title.endsWith(rule.text)));
      const where = lines.map(
        ({ file, first, last }) => `\`${file}:${first === last ? first : `${first}–${last}`}\``,
      );
      const text = rule.text.replaceAll(/[_*|]/g, "\\$&");
      return `| ${text} | ${[...new Set(where)].join(", ")} | \`${test}\` | ${noticed.length} of ${here.length} |`;
    }),
  );
  return [
    "| Rule, and title of its test | Its lines | Test | Mutants of those lines that it notices |",
    "| --- | --- | --- | ---: |",
    ...rows,
  ].join("\n");
}

function isWithin({ file, line, endLine }: Mutant, place: Lines): boolean {
  return file === place.file && line >= place.first && endLine <= place.last;
}
