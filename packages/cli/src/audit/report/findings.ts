import type { Finding as PrintedFinding } from "../../output/findings.ts";
import { checks } from "../checks/checks.ts";
import type { Finding } from "./report.ts";

/** What failed, as findings are printed: what, how it shows, and what to do. What is alike is said once. */
export function findingsOf(failures: readonly Finding[]): PrintedFinding[] {
  const alike = Map.groupBy(failures, ({ result: { check, reason, says } }) =>
    JSON.stringify([check, reason, says]),
  );
  return [...alike.values()].map((group) => findingOf(group as [Finding, ...Finding[]]));
}

function findingOf(group: readonly [Finding, ...Finding[]]): PrintedFinding {
  const [{ operation, result }] = group;
  const { demand, fix } = checks[result.check];
  const isOne = group.length === 1;
  return {
    id: result.check,
    severity: result.severity ?? "error",
    title: `${isOne ? operation.label : `${group.length} operations`} ${result.reason}`,
    evidence: [
      ...(isOne ? [] : group.map(({ operation: { label } }) => label)),
      `Sent: ${result.says ?? "its own request"}.`,
      `Demanded: ${demand}`,
    ],
    fix: [fix],
  };
}
