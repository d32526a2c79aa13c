import { pathToFileURL } from "node:url";
import { visible } from "../../output/escape.ts";
import { checkIds, checks } from "../checks/checks.ts";
import { type AuditReport, type Finding, resultsWith } from "./report.ts";

/** Where an operation is in the document; undefined where that is not known. Lines count from 1. */
export type LineOf = (method: string, path: string) => number | undefined;

/**
 * SARIF 2.1.0, as code scanners read it: a result for each finding, at its operation's place in the document.
 */
export function renderSarif(report: AuditReport, version: string, lineOf: LineOf): string {
  const rules = checkIds.map((id) => ({
    id,
    name: checks[id].heading,
    shortDescription: { text: checks[id].demand },
    help: { text: checks[id].fix },
  }));
  const run = {
    tool: { driver: { name: "usher-auth audit", version, rules } },
    // Whether the audit came to its end, as the format has it; not whether it found anything.
    invocations: [{ executionSuccessful: report.halt === undefined }],
    results: resultsWith(report, "failed").map((finding) => resultOf(finding, report, lineOf)),
  };
  const log = { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
  return visible(`${JSON.stringify(log, null, 2)}\n`);
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
    // The same finding of two runs has the same.
    partialFingerprints: { "operationAndCheck/v1": `${operation.label} ${result.check}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(document) },
          region: { startLine: lineOf(operation.method, operation.path) ?? 1 },
        },
        logicalLocations: [{ fullyQualifiedName: operation.label, kind: "member" }],
      },
    ],
  };
}

/** Relative paths stay so: scanners look for them in the repository. */
function uriOf(document: string): string {
  if (/^https?:\/\//.test(document)) return document;
  return document.startsWith("/") ? pathToFileURL(document).href : encodeURI(document.replaceAll("\\", "/"));
}
