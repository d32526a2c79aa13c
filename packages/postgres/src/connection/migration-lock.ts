import type postgres from "postgres";
import { type Begin, clientOf } from "./client.ts";
import { beginTransaction } from "./transaction.ts";

/**
 * Options of {@link withMigrationLock}.
 *
 * @example
 * ```ts
 * import type { MigrationLockOptions } from "@usher-auth/postgres/connection";
 *
 * export const options: MigrationLockOptions = { key: 42, timeout: 120_000 }; // a slow migration
 * ```
 */
export interface MigrationLockOptions {
  /** The advisory lock: any integer that nothing else in this database uses. Default 7365687. */
  readonly key?: number;
  /**
   * How long to wait for this lock, and for the lock of a table, in milliseconds: 1 to 3,600,000. Default
   * 60,000.
   */
  readonly timeout?: number;
}

const anHour = 3_600_000;

/**
 * Runs migrations in one transaction, which holds an advisory lock. Replicas that start together run them one
 * after the other, so the second finds them done. If one fails, none has happened.
 *
 * The lock belongs to the transaction, not to the session. So it also works behind a pooler in transaction
 * mode, where a lock of the session would stay on a connection that other clients use.
 *
 * Drizzle's `migrate` takes no lock, and its first statements fail when two replicas run them at the
 * same moment. Here it gets a client whose transactions are savepoints.
 *
 * @param sql A client of postgres.js, or the `client` of `openPool`.
 * @param run Gets the client of the transaction, for your own queries, `drizzle({ client })`, `migrateRows`
 *   and `migrateRevocations`. Its `begin` is a savepoint. Not allowed in a transaction: `CREATE INDEX
 *   CONCURRENTLY`.
 * @throws {RangeError} An option is out of range.
 * @throws What `run` throws, and the database's errors: SQLSTATE 55P03 if the lock is not free in time.
 *
 * @example
 * ```ts
 * import { migrateRows } from "@usher-auth/postgres";
 * import { withMigrationLock } from "@usher-auth/postgres/connection";
 * import { drizzle } from "drizzle-orm/postgres-js";
 * import { migrate } from "drizzle-orm/postgres-js/migrator";
 * import postgres from "postgres";
 *
 * export async function prepare(url: string) {
 *   const sql = postgres(url, { max: 1 });
 *   await withMigrationLock(sql, async (client) => {
 *     await migrateRows(client);
 *     await migrate(drizzle({ client }), { migrationsFolder: "migrations" });
 *   });
 *   await sql.end();
 * }
 * ```
 */
export function withMigrationLock<Result>(
  sql: postgres.Sql,
  run: (client: postgres.Sql) => Promise<Result>,
  options: MigrationLockOptions = {},
): Promise<Result> {
  const { key = 7_365_687, timeout = 60_000 } = options;
  if (!Number.isSafeInteger(key)) throw new RangeError("withMigrationLock: key must be an integer.");
  if (!Number.isInteger(timeout) || timeout < 1 || timeout > anHour)
    throw new RangeError(`withMigrationLock: timeout must be 1 to ${anHour} milliseconds.`);
  return beginTransaction(sql, async (transaction) => {
    await transaction.unsafe(`set local lock_timeout = ${timeout}; select pg_advisory_xact_lock(${key})`);
    const savepoint: Begin = (_modes, inner) => transaction.savepoint(inner);
    return run(clientOf(sql, () => transaction, savepoint));
  });
}
