import { escapeLine } from "../../../output/escape.ts";
import { isMoreConcrete } from "../concreteness.ts";
import type { Rule } from "../rule.ts";
import { inWords, isLooser, labelOf } from "../strictness.ts";
import { parseTemplate, type Template } from "../template.ts";
import { commonPath } from "./common-path.ts";
import { overlapsAmong } from "./overlapping.ts";

/** Rules with the same template. */
interface Group {
  readonly template: Template;
  readonly rules: Rule[];
}

/** Of pairs of which neither is more concrete: `/{a}/x` and `/y/{b}`, and so on, are one pattern many times. */
const mostPairs = 50;

/**
 * Pairs of templates that may fit the same path: a looser one that is more concrete, which a backend may
 * route to the other; and two of which neither is more concrete, so that both must admit.
 */
export function overlapWarnings(rules: readonly Rule[]): string[] {
  const groups = groupByTemplate(rules);
  const overlaps = overlapsAmong(groups.map(({ template }) => template));
  const warnings: string[] = [];
  let pairsOfEqual = 0;
  for (const [index, one] of groups.entries()) {
    const later = overlaps(one.template).filter((place) => place > index);
    for (const place of later.sort((first, second) => first - second)) {
      const other = groups[place] as Group;
      const path = commonPath(one.template.segments, other.template.segments);
      if (path === undefined) continue;
      if (isMoreConcrete(one.template.segments, other.template.segments))
        warnings.push(...looser(one, other));
      else if (isMoreConcrete(other.template.segments, one.template.segments))
        warnings.push(...looser(other, one));
      else if (isAmbiguous(one, other) && ++pairsOfEqual <= mostPairs)
        warnings.push(ambiguous(one, other, path));
    }
  }
  if (pairsOfEqual > mostPairs)
    warnings.push(
      `${pairsOfEqual - mostPairs} more pairs of paths may fit the same path, and neither is more concrete. Both must admit.`,
    );
  return warnings;
}

function groupByTemplate(rules: readonly Rule[]): Group[] {
  const groups = new Map<string, Group>();
  for (const rule of rules) {
    const template = parseTemplate(rule.template);
    if ("fault" in template) continue;
    const group = groups.get(rule.template) ?? { template, rules: [] };
    groups.set(rule.template, group);
    group.rules.push(rule);
  }
  return [...groups.values()];
}

/** It is meant for whatever is there. */
function isFileForAllBelow({ template, rules }: Group): boolean {
  return template.segments.at(-1)?.kind === "rest" && rules.every(({ source }) => source === "file");
}

/** Pairs for the same method. What the file says of both is meant. */
function pairs(one: Group, other: Group): [Rule, Rule][] {
  return one.rules.flatMap((rule) =>
    other.rules
      .filter(({ method }) => method === rule.method || method === "*" || rule.method === "*")
      .filter(({ source }) => source !== "file" || rule.source !== "file")
      .map((second): [Rule, Rule] => [rule, second]),
  );
}

function looser(concrete: Group, general: Group): string[] {
  return pairs(concrete, general)
    .filter(([rule, under]) => isLooserThere(rule, under))
    .map(
      ([rule, under]) =>
        `${labelOf(rule)} requires ${inWords(rule)}, and ${labelOf(under)}, which fits the same path, requires ${inWords(under)}. If the backend prefers the latter, it is reached with the former's rule.`,
    );
}

/** A rule of the file that requires something holds for what is below it too. */
function isLooserThere(rule: Rule, under: Rule): boolean {
  if (under.source === "file" && under.access !== "public" && under.access !== "optional") return false;
  const isHeldByAnotherMeans = rule.access === "required" && rule.scopes.length + rule.claims.size > 0;
  return isLooser(rule, under) && !isHeldByAnotherMeans;
}

function isAmbiguous(one: Group, other: Group): boolean {
  return pairs(one, other).length > 0 && ![one, other].some(isFileForAllBelow);
}

function ambiguous(one: Group, other: Group, path: string): string {
  return escapeLine(
    `${one.template.text} and ${other.template.text} may fit the same path, such as ${path}, and neither is more concrete. Both must admit.`,
  );
}
