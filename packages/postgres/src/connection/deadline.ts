import { DatabaseUnavailableError, isOutage } from "./outage.ts";

/**
 * Waits at most `milliseconds` for `work`. Then the signal aborts and the wait ends. The work itself keeps
 * running: it must check the signal before anything that lasts, such as a commit.
 *
 * @param milliseconds How long to wait: 1 to 2,147,483,647 (the range of a timer; not checked).
 * @param work Gets a signal that aborts at the deadline, with the error that the caller gets.
 * @throws {DatabaseUnavailableError} At the deadline, and in place of every error for which `isOutage` is
 *   true. Other errors of `work` pass unchanged.
 *
 * @example
 * ```ts
 * import { withDeadline } from "@usher-auth/postgres/connection";
 * import type { DrizzleDatabase } from "@usher-auth/postgres/drizzle";
 * import type { PgTable } from "drizzle-orm/pg-core";
 *
 * export function readRows(rows: DrizzleDatabase, table: PgTable) {
 *   return withDeadline(5_000, (signal) =>
 *     rows.transaction(async (transaction) => {
 *       const found = await transaction.select().from(table);
 *       signal.throwIfAborted(); // the client already has its 503: roll back
 *       return found;
 *     }),
 *   );
 * }
 * ```
 */
export async function withDeadline<Result>(
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const { promise: timeIsUp, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new DatabaseUnavailableError(new Error(`no answer within ${milliseconds} ms`));
    controller.abort(error);
    reject(error);
  }, milliseconds);
  try {
    return await Promise.race([work(controller.signal), timeIsUp]);
  } catch (error) {
    throw isOutage(error) && !(error instanceof DatabaseUnavailableError)
      ? new DatabaseUnavailableError(error)
      : error;
  } finally {
    clearTimeout(timer);
  }
}
