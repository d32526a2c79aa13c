import type { PolicyEvent } from "./policy/source.ts";
import type { GateLog } from "./server/log.ts";

/** Lines. The document of a large backend may cause hundreds. */
const mostWarnings = 20;

/** Logs what happens to the routes: what an operator must look at is a warning. */
export function logPolicy(log: GateLog, event: PolicyEvent): void {
  switch (event.type) {
    case "loaded":
      log.info("the routes are known", { rules: event.policy.table.rules.length });
      logWarnings(log, event.policy.warnings);
      return;
    case "changed":
      log.info("the routes have changed", {
        rules: event.policy.table.rules.length,
        changes: event.changes.others,
      });
      for (const sentence of event.changes.loosened) log.warn(`Less is required: ${sentence}`);
      logWarnings(log, event.changes.warnings);
      return;
    case "failed":
      log.warn(
        event.isServing
          ? "the document cannot be used; the last good one is used"
          : "the document cannot be used; every request is answered with 503 until it can",
        { hint: event.reason },
      );
      return;
    case "recovered":
      log.info("the document can be used again");
  }
}

function logWarnings(log: GateLog, warnings: readonly string[]): void {
  for (const warning of warnings.slice(0, mostWarnings)) log.warn(warning);
  const more = warnings.length - mostWarnings;
  if (more > 0) log.warn(`${more} more warnings: usher-auth gate --explain shows all of them`);
}
