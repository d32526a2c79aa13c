import { ownersOf } from "../../openapi/operation.ts";
import { escapeControl } from "../../output/escape.ts";
import { type AuditReport, exitCodeOf, resultsWith } from "./report.ts";

/** The report as JSON. Its fields do not change within a major version. */
export function renderJson(report: AuditReport): string {
  const { document, target, notes, operations, requests, seconds, halt } = report;
  const verdicts = ["passed", "failed", "accepted", "unclear", "skipped", "inapplicable"] as const;
  const summary = Object.fromEntries(
    verdicts.map((verdict) => [verdict, resultsWith(report, verdict).length]),
  );
  const body = {
    document,
    target,
    exitCode: exitCodeOf(report),
    summary: { operations: operations.length, ...summary, requests, seconds },
    halt: halt ?? null,
    notes,
    operations: operations.map(({ operation, access, results }) => ({
      method: operation.method,
      path: operation.path,
      public: access === "public",
      optionalAuth: access === "optional",
      owners: Object.fromEntries(ownersOf(operation).map(({ name, owner }) => [name, owner])),
      exceptions: operation.stated.exceptions,
      checks: results,
    })),
  };
  return escapeControl(`${JSON.stringify(body, (_, value) => (value === undefined ? null : value), 2)}\n`);
}
