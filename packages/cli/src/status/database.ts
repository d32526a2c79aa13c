import type postgres from "postgres";
import { CannotRun } from "../command-line/command.ts";
import { withDatabase } from "../database/connection.ts";
import type { Environment } from "../terminal.ts";

/** Milliseconds for all questions to one database. */
const deadline = 6000;

/** What a database answered, and its clock, in seconds ahead of this one's. */
export interface DatabaseAnswer<Result> {
  readonly result: Result;
  readonly clockAhead: number;
}

/**
 * Asks the Postgres at the first of the variables that is set. Everything runs in transactions that cannot write,
 * whatever the user may do.
 *
 * @returns A sentence without credentials if it cannot be used.
 */
export async function askDatabase<Result>(
  environment: Environment,
  variables: readonly string[],
  use: (sql: postgres.TransactionSql) => Promise<Result>,
): Promise<DatabaseAnswer<Result> | string> {
  const variable = variables.find((name) => environment[name]) ?? "";
  try {
    return await withDatabase(environment, {
      variables,
      deadline,
      late: `The database at ${variable} did not answer within ${deadline / 1000} s.`,
      use: (sql) =>
        sql.begin("read only", async (transaction) => ({
          clockAhead: await readClock(transaction),
          result: await use(transaction),
        })) as Promise<DatabaseAnswer<Result>>,
    });
  } catch (error) {
    if (error instanceof CannotRun) return error.message;
    throw error;
  }
}

async function readClock(sql: postgres.TransactionSql): Promise<number> {
  const started = Date.now();
  const [row] = await sql<[{ now: number }]>`select extract(epoch from clock_timestamp())::float8 as now`;
  return row.now - (started + Date.now()) / 2000;
}
