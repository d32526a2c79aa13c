import type { PrincipalPool } from "../drivers/pg/principal-pool.ts";

/** A principal's pool with what Prisma's adapter asks of a `pg.Pool`. */
export function adapterPool(pool: PrincipalPool): object {
  return {
    query: pool.query.bind(pool),
    connect: async () => {
      const client = await pool.connect();
      return {
        query: client.query.bind(client),
        release: client.release.bind(client),
        // The adapter only logs errors of idle connections, which the pool handles.
        on: () => {},
        removeListener: () => {},
      };
    },
  };
}
