import type postgres from "postgres";
import { serverUrl } from "../server-url.ts";
import { clientOf } from "./client.ts";
import { beginTransaction } from "./transaction.ts";

/**
 * The options of postgres.js: `max`, `connect_timeout`, `ssl` and so on.
 *
 * @example
 * ```ts
 * import type { PoolOptions } from "@usher-auth/postgres/connection";
 *
 * // Gives up on a new connection after 3 seconds, and tries again at once when the server is back.
 * export const options: PoolOptions = { max: 10, connect_timeout: 3, backoff: () => 0.2 };
 * ```
 */
export type PoolOptions = postgres.Options<Record<string, postgres.PostgresType>>;

/** Connections to a Postgres server that survive its restarts, and that `renew` replaces. */
export interface Pool {
  /**
   * For your own queries, `createRows`, Drizzle (`drizzle({ client })`), `revocationStore` and the
   * migrations. Like a client of postgres.js: tagged templates and their parts, `unsafe`, `begin`, `json`,
   * `array`, `typed`, `options`. Without what needs its own connection: no `listen`, no `reserve`, no
   * `subscribe`. A transaction whose connection is lost rejects and does not end the process.
   */
  readonly client: postgres.Sql;
  /**
   * Replaces every connection: new queries get new ones, and running ones have 5 seconds to finish. Call it
   * when an answer is overdue: a connection whose peer has silently gone looks busy, and would stay in the
   * pool until TCP gives up, after about 15 minutes. Further calls within 5 seconds do nothing.
   */
  renew(): void;
  /** Closes the pool: waits up to 5 seconds for running queries. */
  end(): Promise<void>;
}

/** In seconds: as long as rows of a principal let a query run by default. */
const timeout = 5;

/**
 * Opens a pool of postgres.js connections for a server that may restart, fail over, or stop answering.
 * Connects when the first query comes.
 *
 * @param driver The default export of the package `postgres`.
 * @param url `postgres://user:password@host:port/database`. Parameters of postgres.js work, such as
 *   `?sslmode=verify-full` and, behind a pooler, `?prepare=false`. Those for other drivers are left out:
 *   `pgbouncer=true` (means `prepare=false`), `connection_limit`, `pool_timeout`, `channel_binding`,
 *   `schema`.
 * @param options Options of postgres.js, with its defaults, except `fetch_types`: false by default, since
 *   postgres.js ends the process when a connection breaks during that query. You need it only to read arrays
 *   without Drizzle.
 *
 * @example
 * ```ts
 * import { openPool } from "@usher-auth/postgres/connection";
 * import { drizzle } from "drizzle-orm/postgres-js";
 * import postgres from "postgres";
 *
 * const pool = openPool(postgres, process.env.DATABASE_URL ?? "", { max: 10, connect_timeout: 3 });
 * export const database = drizzle({ client: pool.client });
 * process.once("SIGTERM", () => pool.end());
 * ```
 */
export function openPool(driver: typeof postgres, url: string, options: PoolOptions = {}): Pool {
  let current: postgres.Sql = driver(serverUrl(url), { fetch_types: false, ...options });
  let renewedAt = Number.NEGATIVE_INFINITY;
  const { options: parsed } = current;
  const closing = new Set<Promise<void>>();

  function close(client: postgres.Sql): Promise<void> {
    const closed = client
      .end({ timeout })
      .catch(() => undefined)
      .finally(() => closing.delete(closed));
    closing.add(closed);
    return closed;
  }

  return {
    client: clientOf(
      current,
      () => current,
      (modes, run) => beginTransaction(current, run, modes),
    ),
    renew: () => {
      if (performance.now() - renewedAt < timeout * 1000) return;
      renewedAt = performance.now();
      const former = current;
      // With the same options object: Drizzle has added its parsers to it.
      current = driver(parsed as unknown as PoolOptions);
      void close(former);
    },
    end: async () => {
      await Promise.all([...closing, close(current)]);
    },
  };
}
