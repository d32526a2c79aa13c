import { type AuditReport, exitCodeOf, resultsWith } from "./report.ts";

/** One line: how many operations, what came of the checks, what it took. */
export function summaryOf(report: AuditReport): string {
  const count = (verdict: Parameters<typeof resultsWith>[1]) => resultsWith(report, verdict).length;
  const counts = [
    `${count("passed")} hold`,
    `${count("failed")} ${count("failed") === 1 ? "does" : "do"} not`,
    ...(count("accepted") > 0 ? [`${count("accepted")} accepted`] : []),
    ...(count("unclear") > 0 ? [`${count("unclear")} cannot be told`] : []),
    ...(count("skipped") > 0 ? [`${count("skipped")} not tried`] : []),
  ];
  const { operations, requests, seconds } = report;
  const verdict = { 0: "Fine", 1: "Found something", 2: "No proof" }[exitCodeOf(report)];
  return `${verdict}: ${operations.length} operations, checks: ${counts.join(", ")}. ${requests} requests in ${seconds.toFixed(1)} s.`;
}
