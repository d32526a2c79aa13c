import { escapeLine } from "../../../output/escape.ts";
import { isMoreConcrete } from "../concreteness.ts";
import { splitPartial } from "../partial.ts";
import type { Rule } from "../rule.ts";
import { inWords, isLooser, labelOf } from "../strictness.ts";
import { parseTemplate, type Segment, type Template } from "../template.ts";

/** Rules with the same template. */
interface Group {
  readonly template: Template;
  readonly rules: Rule[];
}

/**
 * Pairs of templates that may fit the same path: a looser one that is more concrete, which a backend may route
 * to the other; and two of which neither is more concrete, so that both must admit.
 */
export function overlapWarnings(rules: readonly Rule[]): string[] {
  const groups = groupByTemplate(rules);
  const warnings: string[] = [];
  for (const [index, one] of groups.entries()) {
    for (const other of groups.slice(index + 1)) {
      if (!overlap(one.template.segments, other.template.segments)) continue;
      if (isMoreConcrete(one.template.segments, other.template.segments))
        warnings.push(...looser(one, other));
      else if (isMoreConcrete(other.template.segments, one.template.segments))
        warnings.push(...looser(other, one));
      else warnings.push(...ambiguous(one, other));
    }
  }
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

function ambiguous(one: Group, other: Group): string[] {
  const [pair] = pairs(one, other);
  if (pair === undefined) return [];
  return [
    escapeLine(
      `${one.template.text} and ${other.template.text} may fit the same path, and neither is more concrete. Both must admit.`,
    ),
  ];
}

/** Whether a path exists that both fit. Two partial segments are taken to have one if their ends agree. */
function overlap(one: readonly Segment[], other: readonly Segment[]): boolean {
  const length = Math.max(one.length, other.length);
  for (let index = 0; index < length; index++) {
    const [first, second] = [one[index], other[index]];
    if (first?.kind === "rest" || second?.kind === "rest") return first !== undefined && second !== undefined;
    if (first === undefined || second === undefined || !meet(first, second)) return false;
  }
  return true;
}

function meet(one: Segment, other: Segment): boolean {
  if (one.kind === "literal" && other.kind === "literal") return one.text === other.text;
  if (other.kind === "literal") return meet(other, one);
  if (one.kind === "literal") {
    if (one.text === "") return false;
    return other.kind !== "partial" || splitPartial(one.text, other.literals) !== undefined;
  }
  if (one.kind !== "partial" || other.kind !== "partial") return true;
  return (
    agree(one.literals, other.literals, "startsWith", 0) &&
    agree(one.literals, other.literals, "endsWith", -1)
  );
}

function agree(
  one: readonly string[],
  other: readonly string[],
  end: "startsWith" | "endsWith",
  index: 0 | -1,
): boolean {
  const [first, second] = [one.at(index) as string, other.at(index) as string];
  return first[end](second) || second[end](first);
}
