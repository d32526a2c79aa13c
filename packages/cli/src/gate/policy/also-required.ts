import type { RouteTable, Rule } from "./rule.ts";
import { parseTemplate, type Segment } from "./template.ts";

/**
 * The rules that must admit in addition to a rule, for every path of its template: those of the file for what
 * is below a path, and equally concrete ones.
 */
export function alsoRequiredOf(rule: Rule, table: RouteTable): readonly Rule[] {
  const template = parseTemplate(rule.template);
  if ("fault" in template) return [];
  const method = rule.method === "*" ? "GET" : rule.method;
  const found = table.find(method, template.segments.flatMap(exampleOf));
  if (found === undefined || "allow" in found) return [];
  return found.matches.map((match) => match.rule).filter((other) => other !== rule);
}

/** A segment that no literal of another template is equal to by accident. */
function exampleOf(segment: Segment): string[] {
  if (segment.kind === "literal") return [segment.text];
  const value = "\u0000value";
  return [segment.kind === "partial" ? segment.literals.join(value) : value];
}
