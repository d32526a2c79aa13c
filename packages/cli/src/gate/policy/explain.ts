import { escapeControl, escapeLine } from "../../output/escape.ts";
import type { Paint } from "../../terminal.ts";
import { alsoRequiredOf } from "./also-required.ts";
import type { Policy, Rule } from "./rule.ts";
import { claimsInWords, isUnguarded, labelOf, ownersInWords, scopesInWords } from "./strictness.ts";

const headings = ["method", "path", "who may call it", "owner", "scopes and claims", "stated in"];

/** How each access is shown. */
const who: Readonly<Record<Rule["access"], { text: string; style: "green" | "yellow" | "red" | "gray" }>> = {
  public: { text: "public", style: "yellow" },
  optional: { text: "token optional", style: "yellow" },
  required: { text: "token", style: "green" },
  denied: { text: "denied", style: "gray" },
};

/** The table of routes and what guards each, for a terminal; then warnings and notes. */
export function explain(policy: Policy, paint: Paint): string {
  const rows = sorted(policy.table.rules).map((rule) => cellsOf(rule, policy));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map(({ cells }) => (cells[column] as string).length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join("  ")
      .trimEnd();
  return [
    paint("bold", line(headings)),
    ...rows.map(({ cells, style }) => paint(style, line(cells))),
    "",
    `${rows.length} ${rows.length === 1 ? "rule" : "rules"}. Everything else is refused.`,
    ...policy.warnings.map((warning) => `${paint("yellow", "warning:")} ${warning}`),
    ...policy.notes.map((note) => `${paint("gray", "note:")} ${note}`),
    "",
  ].join("\n");
}

function cellsOf(rule: Rule, policy: Policy) {
  const { text, style } = who[rule.access];
  const others = alsoRequiredOf(rule, policy.table);
  const owners = ownersInWords(rule).join(", ");
  const cells = [
    rule.method === "*" ? "any" : rule.method,
    rule.template,
    text,
    rule.access === "required" ? owners || "none" : "",
    [...scopesInWords(rule), ...claimsInWords(rule)].join(", "),
    rule.source +
      others.map(({ source, template }) => `, and what the ${source} says of ${template}`).join(""),
  ].map(escapeLine);
  return { cells, style: isUnguarded(rule) ? ("yellow" as const) : style };
}

/** The same as JSON, without control characters. */
export function explainJson(policy: Policy): string {
  const rules = sorted(policy.table.rules).map((rule) => ({
    method: rule.method,
    path: rule.template,
    access: rule.access,
    owners: Object.fromEntries(rule.owners),
    scopes: rule.scopes,
    claims: Object.fromEntries(rule.claims),
    source: rule.source,
    also: alsoRequiredOf(rule, policy.table).map(labelOf),
  }));
  const { warnings, notes } = policy;
  return `${escapeControl(JSON.stringify({ rules, warnings, notes }, undefined, 2))}\n`;
}

/** By path, then by method. */
function sorted(rules: readonly Rule[]): readonly Rule[] {
  const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);
  return rules.toSorted(
    (one, other) => compare(one.template, other.template) || compare(one.method, other.method),
  );
}
