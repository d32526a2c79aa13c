import { alsoRequiredOf } from "../also-required.ts";
import type { RouteTable } from "../rule.ts";
import { isUnguarded, labelOf } from "../strictness.ts";

/** Operations that every user may call, whatever data they return. */
export function unguardedWarnings(table: RouteTable): string[] {
  return table.rules
    .filter(
      (rule) =>
        isUnguarded(rule) &&
        alsoRequiredOf(rule, table).every(
          (other) => isUnguarded(other) || other.access === "public" || other.access === "optional",
        ),
    )
    .map(
      (rule) =>
        `${labelOf(rule)}: every valid token may call it. It has no owner in its path, no scope and no claim.`,
    );
}
