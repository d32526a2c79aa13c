import postgres from "postgres";
import { beginOn } from "./transaction.ts";

/** Connections to a Postgres server, which can all be replaced by new ones. */
export type Pool = {
  /**
   * For Drizzle and the revocations, which use no more of postgres.js than `begin`, `unsafe` and `options`.
   */
  readonly client: postgres.Sql;
  /**
   * Lets go of every connection: what comes from now on gets new ones, and what runs has a few seconds to
   * end. For when an answer is overdue. A connection whose peer has gone without a word looks like one that
   * is busy, and would be one less for the quarter of an hour that TCP goes on trying. At most once in a few
   * seconds, however often it is called.
   */
  renew(): void;
  /** Waits for what runs, for a few seconds. */
  end(): Promise<void>;
};

/**
 * Seconds that what runs has to end, and between two renewals: as long as Postgres lets any query of a
 * request run.
 */
const patience = 5;

export function openPool(connect: () => postgres.Sql): Pool {
  let current = connect();
  let renewedAt = Number.NEGATIVE_INFINITY;
  const { options } = current;
  const leaving = new Set<Promise<void>>();

  function release(pool: postgres.Sql): Promise<void> {
    const left = pool
      .end({ timeout: patience })
      .catch(() => undefined)
      .finally(() => leaving.delete(left));
    leaving.add(left);
    return left;
  }

  const used: Pick<postgres.Sql, "options" | "unsafe"> & { begin: unknown } = {
    options,
    unsafe: (text, values, settings) => current.unsafe(text, values, settings),
    begin: <Result>(run: (sql: postgres.TransactionSql) => Promise<Result>) => beginOn(current, run),
  };
  return {
    client: used as unknown as postgres.Sql,
    renew: () => {
      if (performance.now() - renewedAt < patience * 1000) return;
      renewedAt = performance.now();
      const former = current;
      // With the same options object, to which Drizzle has added its parsers.
      current = postgres(options as unknown as postgres.Options<Record<string, postgres.PostgresType>>);
      void release(former);
    },
    end: async () => {
      await Promise.all([...leaving, release(current)]);
    },
  };
}
