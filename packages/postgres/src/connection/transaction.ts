import { setImmediate as nextTurn } from "node:timers/promises";
import type postgres from "postgres";

/**
 * `begin` of postgres.js, for a connection that may go in the middle of it.
 *
 * By itself postgres.js writes whatever comes next, the rollback above all, to a connection that is closed
 * already, and ends the process by that: so it was where Postgres was restarted while a request ran. A
 * transaction whose connection is gone needs no rollback, for Postgres has rolled it back, and takes no more
 * queries.
 */
export async function beginOn<Result>(
  pool: postgres.Sql,
  run: (sql: postgres.TransactionSql) => Promise<Result>,
): Promise<Result> {
  let isOver = false;
  try {
    const result = await pool.begin(async (sql) => {
      try {
        return await run(refusing(sql, () => isOver));
      } catch (error) {
        // Queries fail first, and that the connection is closed shows up to two turns of the event loop
        // later.
        await nextTurn();
        await nextTurn();
        // begin() has told its caller by then; never to settle is what keeps it from rolling back.
        if (isOver) return new Promise<never>(() => {});
        throw error;
      }
    });
    return result as Result;
  } finally {
    isOver = true;
  }
}

/** For work that goes on without knowing that its transaction is over. */
function refusing(sql: postgres.TransactionSql, isOver: () => boolean): postgres.TransactionSql {
  return new Proxy(sql, {
    get: (target, name) => {
      if (isOver()) throw new Error("a query came after the connection of its transaction was lost");
      return Reflect.get(target, name);
    },
  });
}
