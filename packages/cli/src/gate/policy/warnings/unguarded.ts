import type { Rule } from "../rule.ts";
import { isUnguarded, labelOf } from "../strictness.ts";

/** Operations that every user may call, whoever the data belongs to. */
export function unguardedWarnings(rules: readonly Rule[]): string[] {
  return rules
    .filter(isUnguarded)
    .map(
      (rule) =>
        `${labelOf(rule)}: every valid token may call it. It has no owner in its path, no scope and no claim.`,
    );
}
