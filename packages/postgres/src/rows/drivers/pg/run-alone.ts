import { sendBatch } from "./batch.ts";
import type { Binding } from "./binding.ts";
import { isRefusal } from "./is-refusal.ts";
import type { Lease } from "./lease.ts";
import type { PgResult } from "./pg-shape.ts";
import type { PgStatement } from "./statement.ts";
import { withName } from "./statement-names.ts";

/** How long, beyond the statement timeout, Postgres may take to answer. In milliseconds. */
const answerLimit = 5_000;

/**
 * Runs one statement in its own transaction, in one round trip: the binding, the statement, and the commit,
 * which is the Sync. Afterwards the connection is idle again, or closed.
 *
 * Where a failed statement may leave something, the transaction has an explicit begin and commit. It then
 * stays open after the failure, so that a pooler gives the cleaning to the same connection of the server.
 */
export function runAlone(
  lease: Lease,
  { begin, bind, resets, rollback, clean, options }: Binding,
  given: PgStatement,
  done: (error: unknown, result?: PgResult) => void,
): void {
  const overdue = setTimeout(() => lease.destroy(), options.statementTimeout + answerLimit);
  const finish = (error: unknown, result?: PgResult) => {
    clearTimeout(overdue);
    done(error, result);
  };
  const mayLeave = clean !== "";
  const before = mayLeave ? [{ text: begin }, bind] : [bind];
  const after = mayLeave ? [...resets, { text: "commit" }] : resets;
  const statement = options.prepare ? withName(lease.client, given) : given;
  sendBatch(lease, { before, statement, after }, (error, result, { state, completed }) => {
    if (!error && !lease.isInTransaction) return finish(undefined, result);
    if (!error) {
      lease.destroy();
      return finish(uncommitted());
    }
    const isBound = completed >= before.length;
    if (state === "sent" && !(isRefusal(error) && isBound)) lease.destroy();
    if (state === "unsent" || lease.isOver || !mayLeave) return finish(error);
    lease.client.query(rollback, (failed) => {
      if (failed) lease.destroy();
      finish(error);
    });
  });
}

/** Other code has returned the connection before its `begin` was answered. */
function uncommitted(): Error {
  return new Error("the statement ran in a transaction that other code had begun, and was rolled back");
}
