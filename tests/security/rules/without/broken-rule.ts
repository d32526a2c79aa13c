import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Vite } from "vitest/node";
import { pathOf, type Rule } from "../rule.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));

/** The files that implement a rule. */
export function filesOf(rule: Rule): readonly string[] {
  return [...new Set(rule.kept.map(([file]) => join(root, pathOf(rule, file))))];
}

/** The text of a file without the rule. */
export function textWithout(rule: Rule, file: string, text: string): string {
  let broken = text;
  for (const [name, anchor, without] of rule.kept) {
    if (join(root, pathOf(rule, name)) !== file) continue;
    if (broken.split(anchor).length !== 2)
      throw new Error(`${name} must contain exactly one ${JSON.stringify(anchor)}`);
    broken = broken.replace(anchor, () => without);
  }
  return broken;
}

/** Loads the sources without the rule that is currently removed. Changes no file. */
export function ruleBreaker(isBroken: () => Rule | undefined): Vite.Plugin {
  return {
    name: "usher-rule-breaker",
    enforce: "pre",
    transform(text, id) {
      const rule = isBroken();
      return rule !== undefined && filesOf(rule).includes(id) ? textWithout(rule, id, text) : undefined;
    },
  };
}
