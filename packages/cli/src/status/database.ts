import type postgres from "postgres";
import { CannotRun } from "../command-line/command.ts";
import { withDatabase } from "../database/connection.ts";
import type { Environment } from "../terminal.ts";
import type { ClockOffset } from "./clocks.ts";

/** Milliseconds for all questions to one database. */
const deadline = 6000;

/** What a database answered, and its clock. */
export interface DatabaseAnswer<Result> {
  readonly result: Result;
  readonly clock: Omit<ClockOffset, "of">;
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
        sql.begin("read only", async (transaction) => {
          // The server would go on waiting for a locked table after this process has ended. Columns without a time
          // zone, as other adapters of Better Auth create them, have the time in UTC.
          await transaction`select set_config('statement_timeout', ${String(deadline)}, true), set_config('TimeZone', 'UTC', true)`;
          const clock = {
            server: URL.parse(environment[variable] ?? "")?.host ?? variable,
            ...(await readClock(transaction)),
          };
          return { clock, result: await use(transaction) };
        }) as Promise<DatabaseAnswer<Result>>,
    });
  } catch (error) {
    if (error instanceof CannotRun) return error.message;
    throw error;
  }
}

async function readClock(sql: postgres.TransactionSql): Promise<Pick<ClockOffset, "ahead" | "margin">> {
  const [started, begun] = [Date.now(), performance.now()];
  const [row] = await sql<[{ now: number }]>`select extract(epoch from clock_timestamp())::float8 as now`;
  const halfway = (performance.now() - begun) / 2;
  return { ahead: row.now - (started + halfway) / 1000, margin: halfway / 1000 };
}
