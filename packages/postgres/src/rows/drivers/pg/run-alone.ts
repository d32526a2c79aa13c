import type { Binding } from "./binding.ts";
import { isRefusal } from "./is-refusal.ts";
import type { Lease } from "./lease.ts";
import type { PgResult } from "./pg-shape.ts";
import type { PgStatement } from "./statement.ts";
import { sendTrain } from "./train.ts";

/** How long, beyond the statement timeout, Postgres may take to answer. In milliseconds. */
const answerLimit = 5_000;

/**
 * Runs one statement in its own transaction, in one round trip: the binding, the statement, and the commit,
 * which is the Sync. Afterwards the connection is idle again, or closed.
 */
export function runAlone(
  lease: Lease,
  { bind, resets, clean, options }: Binding,
  statement: PgStatement,
  done: (error: unknown, result?: PgResult) => void,
): void {
  const overdue = setTimeout(() => lease.destroy(), options.statementTimeout + answerLimit);
  const finish = (error: unknown, result?: PgResult) => {
    clearTimeout(overdue);
    done(error, result);
  };
  sendTrain(lease, { before: [bind], statement, after: resets }, (error, result, { state, completed }) => {
    if (!error) return finish(undefined, result);
    const isBound = completed > 0;
    if (state === "sent" && !(isRefusal(error) && isBound)) lease.destroy();
    if (state !== "sent" || lease.isOver || clean === "") return finish(error);
    lease.client.query(clean, (failed) => {
      if (failed) lease.destroy();
      finish(error);
    });
  });
}
