import { setImmediate as nextTurn } from "node:timers/promises";
import type postgres from "postgres";

/**
 * `sql.begin()` of postgres.js for a connection that may be lost in the middle of the transaction. The
 * returned promise rejects with the connection's error, as with `sql.begin()`, and the process goes on.
 *
 * postgres.js itself then writes the `rollback` to the closed connection, which ends the process with an
 * uncaught exception: a restart of Postgres would restart every API with it. Postgres has already rolled such
 * a transaction back, so nothing is sent here; a later query of the transaction throws.
 *
 * @param sql A client of postgres.js.
 * @param run Gets the transaction's client. Commits when it resolves, rolls back when it rejects.
 * @param modes Of the transaction, as after `begin`: `isolation level serializable`, `read only`. Default
 *   none.
 *
 * @example
 * ```ts
 * import { beginTransaction } from "@usher-auth/postgres/connection";
 * import postgres from "postgres";
 *
 * const sql = postgres(process.env.DATABASE_URL ?? "");
 *
 * export function rename(id: string, name: string) {
 *   return beginTransaction(sql, (tx) => tx`update users set name = ${name} where id = ${id}`);
 * }
 * ```
 */
export async function beginTransaction<Result>(
  sql: postgres.Sql,
  run: (transaction: postgres.TransactionSql) => PromiseLike<Result>,
  modes = "",
): Promise<Result> {
  let isOver = false;
  try {
    const result = await sql.begin(modes, async (transaction) => {
      try {
        return await run(rejectingLateQueries(transaction, () => isOver));
      } catch (error) {
        // The query fails first. That the connection is closed shows up to two turns of the event loop later.
        await nextTurn();
        await nextTurn();
        // begin() has rejected by then. A promise that never settles keeps it from sending a rollback.
        if (isOver) return new Promise<never>(() => {});
        throw error;
      }
    });
    return result as Result;
  } finally {
    isOver = true;
  }
}

/** `run` may continue after its transaction has ended: its next query throws instead of being sent. */
function rejectingLateQueries(
  transaction: postgres.TransactionSql,
  isOver: () => boolean,
): postgres.TransactionSql {
  const assertOpen = () => {
    if (isOver()) throw new Error("a query came after the connection of its transaction was lost");
  };
  return new Proxy(transaction, {
    get: (target, name) => {
      assertOpen();
      return Reflect.get(target, name);
    },
    apply: (target, self, input) => {
      assertOpen();
      return Reflect.apply(target, self, input);
    },
  });
}
