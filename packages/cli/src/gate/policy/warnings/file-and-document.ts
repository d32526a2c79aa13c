import type { OwnerClaims } from "../../../openapi/owner-parameter.ts";
import { escapeLine } from "../../../output/escape.ts";
import type { DocumentRule } from "../document-rules.ts";
import { claimOf } from "../owners.ts";
import type { Rule } from "../rule.ts";
import { inWords, isLooser, labelOf } from "../strictness.ts";
import { namesOf, parseTemplate } from "../template.ts";

/** Owner parameters that restrict no one. */
export function ownerWarnings(
  documented: readonly DocumentRule[],
  ofFile: readonly Rule[],
  ownerParams: OwnerClaims | null | undefined,
): string[] {
  const warnings: string[] = [];
  const rules = [...ofFile, ...documented.map(({ rule }) => rule)];
  const names = new Set(rules.flatMap(({ template }) => namesIn(template)));
  for (const name of ownerParams?.keys() ?? []) {
    if (names.has(name)) continue;
    const known = names.size === 0 ? "" : ` Parameters of the paths: ${[...names].join(", ")}.`;
    warnings.push(escapeLine(`The owner parameter "${name}" is in no path, so it restricts no one.${known}`));
  }
  for (const rule of rules) {
    if (rule.access !== "public" && rule.access !== "optional") continue;
    const stated = documented.find((one) => one.rule === rule)?.stated.owners ?? new Map();
    const owner = namesIn(rule.template).find(
      (name) => claimOf(name, rule.template, ownerParams, stated) !== undefined,
    );
    if (owner === undefined || isReplaced(rule, ofFile)) continue;
    const who = rule.access === "public" ? "is public" : "needs no token";
    warnings.push(escapeLine(`${labelOf(rule)} ${who}, so ${owner} in its path is not checked.`));
  }
  if (ownerParams === null && documented.some(({ stated }) => stated.owners.size > 0))
    warnings.push("The document states owners of paths, and `ownerParams: none` ignores them.");
  return warnings;
}

/** Rules of the file that admit more than the rules of the document in whose place they are. */
export function replacementWarnings(documented: readonly DocumentRule[], ofFile: readonly Rule[]): string[] {
  return documented.flatMap(({ rule }) => {
    const replacing =
      ofFile.find((one) => one.template === rule.template && one.method === rule.method) ??
      ofFile.find((one) => one.template === rule.template && one.method === "*");
    return replacing !== undefined && isLooser(replacing, rule)
      ? [
          `${labelOf(rule)} requires ${inWords(rule)} by the document. The file requires ${inWords(replacing)}.`,
        ]
      : [];
  });
}

function isReplaced(rule: Rule, ofFile: readonly Rule[]): boolean {
  return (
    rule.source === "document" &&
    ofFile.some(
      ({ template, method }) => template === rule.template && (method === rule.method || method === "*"),
    )
  );
}

function namesIn(text: string): readonly string[] {
  const template = parseTemplate(text);
  return "fault" in template ? [] : namesOf(template);
}
