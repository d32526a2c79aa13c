import type { Finding as PrintedFinding } from "../../output/findings.ts";
import { checks } from "../checks.ts";
import type { Finding } from "./report.ts";

/** A result that failed, as findings are printed: what, how it shows, and what to do. */
export function findingOf({ operation, result }: Finding): PrintedFinding {
  const { demand, fix } = checks[result.check];
  return {
    id: result.check,
    severity: result.severity ?? "error",
    title: `${operation.label} ${result.reason}`,
    evidence: [`Sent: ${result.says ?? "its own request"}.`, `Demanded: ${demand}`],
    fix: [fix],
  };
}
