import { escapeControl } from "../../output/escape.ts";
import { checks } from "../checks/checks.ts";
import type { OperationReport, Result } from "../result.ts";
import type { AuditReport } from "./report.ts";

/** JUnit XML for CI servers: a suite for each operation, a case for each check. */
export function renderJunit(report: AuditReport): string {
  const all = report.operations.flatMap(({ results }) => results);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="usher-auth audit" ${countsOf(all)} time="${report.seconds.toFixed(3)}">`,
    ...report.operations.map(suiteOf),
    "</testsuites>",
    "",
  ].join("\n");
}

function suiteOf({ operation, results }: OperationReport): string {
  const name = escapeXml(operation.label);
  return [
    `  <testsuite name="${name}" ${countsOf(results)}>`,
    ...results.map((result) => caseOf(result, name)),
    "  </testsuite>",
  ].join("\n");
}

function caseOf(result: Result, suite: string): string {
  const { heading, fix } = checks[result.check];
  const start = `    <testcase classname="${suite}" name="${escapeXml(`${result.check} (${heading})`)}"`;
  const reason = escapeXml(result.reason);
  const says = escapeXml(`Sent: ${result.says ?? ""}. ${fix}`);
  switch (result.verdict) {
    case "failed":
      return `${start}>\n      <failure message="${reason}" type="${result.severity}">${says}</failure>\n    </testcase>`;
    case "unclear":
      return `${start}>\n      <error message="${reason}" type="unclear">${says}</error>\n    </testcase>`;
    case "skipped":
    case "inapplicable":
      return `${start}>\n      <skipped message="${reason}"/>\n    </testcase>`;
    default:
      return `${start}/>`;
  }
}

function countsOf(results: readonly Result[]): string {
  const count = (verdict: Result["verdict"]) => results.filter((result) => result.verdict === verdict).length;
  const skipped = count("skipped") + count("inapplicable");
  return `tests="${results.length}" failures="${count("failed")}" errors="${count("unclear")}" skipped="${skipped}"`;
}

/**
 * XML 1.0 section 2.4. Characters that XML cannot contain (section 2.2) are escaped as in JSON, or left out.
 */
function escapeXml(text: string): string {
  return escapeControl(text)
    .replaceAll(/[\ufffe\uffff]/g, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
