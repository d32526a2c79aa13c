import { escapeControl, escapeLine } from "../../output/escape.ts";
import { renderFindings } from "../../output/findings.ts";
import type { Paint } from "../../terminal.ts";
import { checks } from "../checks/checks.ts";
import { printableFindings } from "./findings.ts";
import { type AuditReport, exitCodeOf, type Finding, resultsWith } from "./report.ts";
import { renderTable } from "./table.ts";

/** The report as text: the table, the findings, what was unclear or not tried, the notes and a summary. */
export function renderReport(report: AuditReport, paint: Paint): string {
  const failures = printableFindings(resultsWith(report, "failed"));
  const parts = [
    `${paint("bold", escapeLine(report.target))}, described by ${escapeLine(report.document)}\n`,
    renderTable(report, paint),
    ...(failures.length > 0 ? [renderFindings(failures, paint)] : []),
    list("Unclear:", resultsWith(report, "unclear"), report),
    list("Not tried:", resultsWith(report, "skipped"), report),
    report.notes.map((note) => `Note: ${escapeControl(note).replaceAll("\n", "\\n")}\n`).join(""),
    `${paint(["bold", colourOf(report)], summaryOf(report))}\n`,
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** Operations and checks, grouped by reason. */
function list(heading: string, findings: readonly Finding[], { operations }: AuditReport): string {
  const byReason = Map.groupBy(findings, ({ result: { reason, says } }) =>
    says === undefined ? reason : `${says}: ${reason}`,
  );
  if (byReason.size === 0) return "";
  const lines = [...byReason].map(
    ([reason, entries]) => `  ${reason}\n${placesOf(entries, operations.length)}`,
  );
  return `${heading}\n${lines.join("\n")}\n`;
}

function placesOf(findings: readonly Finding[], operations: number): string {
  const byOperation = Map.groupBy(findings, ({ operation }) => operation.label);
  if (byOperation.size === operations && operations > 1)
    return `    ${headingsOf(findings)}: every operation`;
  return [...byOperation].map(([label, entries]) => `    ${label}: ${headingsOf(entries)}`).join("\n");
}

function headingsOf(findings: readonly Finding[]): string {
  const names = new Set(findings.map(({ result }) => checks[result.check].heading));
  return names.size === Object.keys(checks).length ? "every check" : [...names].join(", ");
}

function colourOf(report: AuditReport): "red" | "yellow" | "green" {
  if (resultsWith(report, "failed").length > 0) return "red";
  return resultsWith(report, "unclear").length > 0 || report.halt !== undefined ? "yellow" : "green";
}

/** One line: the number of operations, the verdicts, the requests and the time. */
function summaryOf(report: AuditReport): string {
  const count = (verdict: Parameters<typeof resultsWith>[1]) => resultsWith(report, verdict).length;
  const counts = [
    `${count("passed")} passed`,
    `${count("failed")} failed`,
    ...(count("accepted") > 0 ? [`${count("accepted")} accepted`] : []),
    ...(count("unclear") > 0 ? [`${count("unclear")} unclear`] : []),
    ...(count("skipped") > 0 ? [`${count("skipped")} not tried`] : []),
  ];
  const { operations, requests, seconds } = report;
  const verdict = { 0: "Passed", 1: "Failed", 2: "Incomplete" }[exitCodeOf(report)];
  return `${verdict}: ${operations.length} operations, checks: ${counts.join(", ")}. ${requests} requests in ${seconds.toFixed(1)} s.`;
}
