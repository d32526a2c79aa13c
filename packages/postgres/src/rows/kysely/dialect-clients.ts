import type { PGlite, PostgresPool } from "kysely";
import type { PgPool } from "../drivers/pg/pg-shape.ts";
import type { PrincipalPool } from "../drivers/pg/principal-pool.ts";

/**
 * The pool of a principal, as Kysely's dialect takes it. `end` is left to the application: the pool is
 * shared. To cancel a query on abort, Kysely opens another connection with `Client` and `options`.
 */
export function dialectPool(principal: PrincipalPool, pool: PgPool): PostgresPool {
  const { Client, options = {} } = pool as Partial<PostgresPool>;
  return {
    connect: () => principal.connect() as unknown as ReturnType<PostgresPool["connect"]>,
    end: async () => {},
    options,
    ...(Client && { Client }),
  };
}

interface BoundPglite {
  query: unknown;
  transaction(run: (transaction: object) => Promise<unknown>): Promise<unknown>;
}

/** The database of a principal, as Kysely's dialect takes it. `close` is left to the application. */
export function dialectPglite({ query, transaction }: BoundPglite): PGlite {
  return {
    query: query as PGlite["query"],
    transaction: ((run) => {
      const done = transaction(run as (opened: object) => Promise<unknown>);
      // Kysely looks at it with its next statement. Until then, a timeout must not end the process.
      done.catch(() => {});
      return done;
    }) as PGlite["transaction"],
    close: async () => {},
    closed: false,
    ready: true,
    waitReady: Promise.resolve(),
  };
}
