import { ConfigurationError } from "@usher-auth/verify";
import type { BindingOptions } from "./binding/bind-statement.ts";

/**
 * Options of {@link createRows} and of the functions for each ORM.
 *
 * @example
 * ```ts
 * import type { RowsOptions } from "@usher-auth/postgres";
 *
 * export const hardened: RowsOptions = { key: process.env.USHER_ROWS_KEY, statementTimeout: 2_000 };
 * ```
 */
export interface RowsOptions {
  /**
   * Proves each principal to a hardened database: the key that `usher-auth migrate` was given. At least 32
   * bytes; a string counts in UTF-8. Undefined: not hardened.
   *
   * With a key, each transaction also resets the settings of its connection to those it was opened with: what
   * other code has changed with SET, such as in `pool.on("connect")`, does not last. Make such settings in
   * the connection's parameters (`options: "-c timezone=UTC"`), or with ALTER ROLE … SET.
   */
  readonly key?: string | Uint8Array | undefined;
  /** Postgres cancels a statement after so many milliseconds: 1 to 3,600,000. Default 5,000. */
  readonly statementTimeout?: number;
  /**
   * How long a transaction with several statements may take, in milliseconds: 1 to 3,600,000. Default 30,000.
   * A commit that is on its way by then may still succeed.
   */
  readonly transactionTimeout?: number;
  /**
   * Prepares statements on each connection: Postgres parses and plans a text once. Up to 100 texts on a
   * connection. Not behind a pooler in transaction mode that does not know prepared statements (PgBouncer
   * before 1.21). With `pg`, the first statement on each connection after a change of its table fails.
   * postgres.js prepares its tagged templates without this option, and nothing if its own `prepare` is false;
   * with it, also `unsafe()` and Drizzle's queries. Default false.
   */
  readonly prepare?: boolean;
}

/** Options that were checked, with defaults. */
export interface CheckedRowsOptions extends BindingOptions {
  readonly transactionTimeout: number;
  readonly prepare: boolean;
}

const anHour = 3_600_000;

/** @throws {ConfigurationError} An option is out of range. The message does not contain the key. */
export function checkRowsOptions(options: RowsOptions = {}): CheckedRowsOptions {
  const { key: given, statementTimeout = 5_000, transactionTimeout = 30_000, prepare = false } = options;
  // A copy: the caller's bytes may change.
  const key = given === undefined ? undefined : new Uint8Array(Buffer.from(given as Uint8Array));
  if (key !== undefined && key.length < 32) throw new ConfigurationError("key must have at least 32 bytes");
  for (const [name, value] of Object.entries({ statementTimeout, transactionTimeout })) {
    if (!Number.isInteger(value) || value < 1 || value > anHour) {
      throw new ConfigurationError(`${name} must be a whole number of milliseconds from 1 to ${anHour}`);
    }
  }
  return { key, statementTimeout, transactionTimeout, prepare };
}
