import { sql } from "drizzle-orm";
import type { PostgresJsDatabase, PostgresJsTransaction } from "drizzle-orm/postgres-js";

type Transaction = PostgresJsTransaction<Record<string, never>, Record<string, never>>;

/**
 * The recipe for row-level security of Drizzle's documentation (https://orm.drizzle.team/docs/rls, "Using
 * with Supabase"): a transaction that sets the claims and the role, runs the queries, and resets both.
 */
export function rlsTransaction<Result>(
  database: PostgresJsDatabase,
  token: { readonly sub: string },
  run: (transaction: Transaction) => PromiseLike<Result>,
): Promise<Result> {
  return database.transaction(async (transaction) => {
    try {
      await transaction.execute(
        sql.raw(`
          select set_config('request.jwt.claims', '${JSON.stringify(token)}', TRUE);
          select set_config('request.jwt.claim.sub', '${token.sub}', TRUE);
          set local role authenticated;`),
      );
      return await run(transaction as Transaction);
    } finally {
      await transaction.execute(
        sql.raw(`
          select set_config('request.jwt.claims', NULL, TRUE);
          select set_config('request.jwt.claim.sub', NULL, TRUE);
          reset role;`),
      );
    }
  });
}
