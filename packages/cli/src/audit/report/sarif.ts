import { pathToFileURL } from "node:url";
import type { Operation } from "../../openapi/operation.ts";
import { exceptionsInWords } from "../../openapi/stated-rules.ts";
import { escapeControl } from "../../output/escape.ts";
import { checkIds, checks } from "../checks/checks.ts";
import type { OperationReport } from "../result.ts";
import { type AuditReport, type Finding, resultsWith } from "./report.ts";

/** The line of an operation in the document, from 1; undefined if it is not known. */
export type LineOf = (method: string, path: string) => number | undefined;

/** SARIF 2.1.0 for code scanners: a result for each finding, at its operation's line in the document. */
export function renderSarif(report: AuditReport, version: string, lineOf: LineOf): string {
  const rules = checkIds.map((id) => ({
    id,
    name: checks[id].heading,
    shortDescription: { text: checks[id].rule },
    help: { text: checks[id].fix },
  }));
  const run = {
    tool: { driver: { name: "usher-auth audit", version, rules } },
    // Whether the audit ran to its end, not whether it found anything.
    invocations: [
      {
        executionSuccessful: report.halt === undefined,
        toolExecutionNotifications: report.operations.flatMap((one) => exceptionOf(one, report, lineOf)),
      },
    ],
    results: resultsWith(report, "failed").map((finding) => resultOf(finding, report, lineOf)),
  };
  const log = { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
  return escapeControl(`${JSON.stringify(log, null, 2)}\n`);
}

function resultOf(finding: Finding, { document }: AuditReport, lineOf: LineOf) {
  const { operation, result } = finding;
  return {
    ruleId: result.check,
    ruleIndex: checkIds.indexOf(result.check),
    level: result.severity ?? "error",
    message: {
      text: `${operation.label} ${result.reason}. Sent: ${result.says}. ${checks[result.check].fix}`,
    },
    // Identifies the same finding in two runs.
    partialFingerprints: { "operationAndCheck/v1": `${operation.label} ${result.check}` },
    locations: [locationOf(operation, document, lineOf)],
  };
}

/** A stated exception: nothing to fix, but to know. */
function exceptionOf({ operation }: OperationReport, { document }: AuditReport, lineOf: LineOf) {
  const { label, stated } = operation;
  if (stated.exceptions.length === 0) return [];
  const text = `${label}: ${exceptionsInWords(stated.exceptions)}`;
  return [{ level: "note", message: { text }, locations: [locationOf(operation, document, lineOf)] }];
}

function locationOf({ method, path, label }: Operation, document: string, lineOf: LineOf) {
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(document) },
      region: { startLine: lineOf(method, path) ?? 1 },
    },
    logicalLocations: [{ fullyQualifiedName: label, kind: "member" }],
  };
}

/** Relative paths stay relative: scanners look them up in the repository. */
function uriOf(document: string): string {
  if (/^https?:\/\//.test(document)) return document;
  return document.startsWith("/") ? pathToFileURL(document).href : encodeURI(document.replaceAll("\\", "/"));
}
