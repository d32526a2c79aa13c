import type { PolicyEvent } from "./policy/source.ts";
import type { GateLog } from "./server/log.ts";

/** Logs what happens to the routes: what an operator must look at is a warning. */
export function logPolicy(log: GateLog, event: PolicyEvent): void {
  switch (event.type) {
    case "loaded":
      log.info("the routes are known", { rules: event.policy.table.rules.length });
      for (const warning of event.policy.warnings) log.warn(warning);
      return;
    case "changed":
      log.info("the routes have changed", {
        rules: event.policy.table.rules.length,
        changes: event.changes.others,
      });
      for (const sentence of event.changes.loosened) log.warn(`Less is required: ${sentence}`);
      for (const warning of event.changes.warnings) log.warn(warning);
      return;
    case "failed":
      log.warn(
        event.isServing
          ? "the document cannot be read; the last good one is used"
          : "the document cannot be read; every request is answered with 503 until it can",
        { hint: event.reason },
      );
      return;
    case "recovered":
      log.info("the document can be read again");
  }
}
