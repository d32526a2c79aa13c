import { ConfigurationError } from "@usher-auth/verify";

/** One row of a result, by column. */
type Row = Readonly<Record<string, unknown>>;

/** The part of a postgres.js client that migrations and checks use. */
interface PostgresJsClient {
  unsafe(text: string, values?: never[]): PromiseLike<readonly unknown[]>;
}

/** The part of a PGlite database that migrations and checks use. */
interface PgliteClient {
  query(text: string, values?: unknown[]): PromiseLike<{ readonly rows: readonly unknown[] }>;
  transaction(run: (transaction: { exec(script: string): Promise<unknown> }) => Promise<void>): Promise<void>;
}

/** The part of a pool or client of `pg` that migrations and checks use. */
interface PgClient {
  query(text: string, values?: unknown[]): PromiseLike<{ readonly rows: readonly unknown[] }>;
}

/**
 * A database to migrate or to check: a `Pool` or connected `Client` of `pg`, a client of postgres.js, a
 * PGlite database, or a Drizzle database over one of them.
 *
 * @example
 * ```ts
 * import type { SqlClient } from "@usher-auth/postgres";
 * import postgres from "postgres";
 *
 * export const client: SqlClient = postgres(process.env.MIGRATION_DATABASE_URL ?? "", { max: 1 });
 * ```
 */
export type SqlClient = PostgresJsClient | PgliteClient | PgClient | { readonly $client: unknown };

/** What all drivers can do. */
export interface Queries {
  query(text: string, values?: readonly string[]): Promise<readonly Row[]>;
  /** Runs several statements in one transaction. */
  run(script: string): Promise<void>;
}

/**
 * Tells the drivers apart by their shape: none is imported.
 *
 * @throws {ConfigurationError} The client is of no known kind.
 */
export function queriesOf(client: SqlClient): Queries {
  // Object(): `in` throws for a value that is not an object.
  const given: SqlClient = Object(client);
  // First: a postgres.js client is a function, and Drizzle's has none of the other methods.
  if ("unsafe" in given) {
    return {
      query: async (text, values = []) =>
        (await given.unsafe(text, values as unknown as never[])) as readonly Row[],
      // Without values this is one simple query, whose statements are one transaction.
      run: async (script) => {
        await given.unsafe(script);
      },
    };
  }
  if ("$client" in given) return queriesOf(given.$client as SqlClient);
  if (!("query" in given)) {
    throw new ConfigurationError(
      "give a Pool or Client of pg, a client of postgres.js, or a PGlite database",
    );
  }
  const query = async (text: string, values: readonly string[] = []) =>
    (await given.query(text, [...values])).rows as readonly Row[];
  if ("transaction" in given) {
    return {
      query,
      run: (script) =>
        given.transaction(async (transaction) => {
          await transaction.exec(script);
        }),
    };
  }
  return {
    query,
    // Without values this is one simple query, whose statements are one transaction.
    run: async (script) => {
      await given.query(script);
    },
  };
}
