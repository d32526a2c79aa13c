import type { Finding as PrintedFinding } from "../../output/findings.ts";
import { checks } from "../checks/checks.ts";
import type { Finding } from "./report.ts";

/** The failures as printed findings. Failures with the same reason become one finding. */
export function printableFindings(failures: readonly Finding[]): PrintedFinding[] {
  const alike = Map.groupBy(failures, ({ result: { check, reason, says } }) =>
    JSON.stringify([check, reason, says]),
  );
  return [...alike.values()].map((group) => findingOf(group as [Finding, ...Finding[]]));
}

function findingOf(group: readonly [Finding, ...Finding[]]): PrintedFinding {
  const [{ operation, result }] = group;
  const { rule, fix } = checks[result.check];
  const isOne = group.length === 1;
  return {
    id: result.check,
    severity: result.severity ?? "error",
    title: `${isOne ? operation.label : `${group.length} operations`} ${result.reason}`,
    evidence: [
      ...(isOne ? [] : group.map(({ operation: { label } }) => label)),
      `Sent: ${result.says ?? "the documented request"}.`,
      `Expected: ${rule}`,
    ],
    fix: [fix],
  };
}
