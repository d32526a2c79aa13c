import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Vite } from "vitest/node";
import type { Rule } from "../rule.ts";

const source = fileURLToPath(new URL("../../../../packages/verify/src", import.meta.url));

/** The files that keep a rule. */
export function filesOf(rule: Rule): readonly string[] {
  return [...new Set(rule.kept.map(([file]) => join(source, file)))];
}

/** A file's text without what keeps the rule. */
export function textWithout(rule: Rule, file: string, text: string): string {
  let broken = text;
  for (const [name, anchor, without] of rule.kept) {
    if (join(source, name) !== file) continue;
    if (broken.split(anchor).length !== 2)
      throw new Error(`${name} has not exactly one ${JSON.stringify(anchor)}`);
    broken = broken.replace(anchor, () => without);
  }
  return broken;
}

/** Hands the guard's sources out without the rule that is broken at the moment. No file is touched. */
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
