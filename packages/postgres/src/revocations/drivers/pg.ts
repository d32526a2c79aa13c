import { withTimeout } from "../../timeout.ts";
import {
  type Connection,
  type ConnectionEvents,
  connectTimeout,
  type Driver,
  deadline,
  listenStatement,
  type Row,
} from "./driver.ts";

/**
 * The part of a `pg.Pool` that `revocationStore` uses.
 *
 * @example
 * ```ts
 * import type { PgPool } from "@usher-auth/postgres/revocations";
 * import pg from "pg";
 *
 * export const database: PgPool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
 * ```
 */
export interface PgPool {
  readonly options: object;
  readonly totalCount: number;
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** The part of a `pg.Client` that a separate connection uses. */
interface PgClient {
  connect(): Promise<unknown>;
  query: PgPool["query"];
  end(): Promise<void>;
  on(event: "notification", listener: (message: { readonly channel: string }) => void): unknown;
  on(event: "error" | "end", listener: () => void): unknown;
  readonly connection: { readonly stream: { destroy(): void } };
}

/**
 * A server. Separate connections use the pool's options and do not count against it.
 *
 * Prepares no statements: `pg` does so only for a query with a name.
 *
 * @param url Where to open separate connections. Default: where the pool connects.
 */
export function pgDriver(pool: PgPool, url?: string): Driver {
  return {
    query: (text, values = []) => query(pool, text, values),
    run: async (script) => {
      // Without values this is one simple query, whose statements are one transaction. No deadline: it may
      // wait for a lock.
      await pool.query(script);
    },
    connect: async (events) => connect(await createClient(pool, url), events),
  };
}

async function query(
  pool: Pick<PgPool, "query">,
  text: string,
  values: readonly (string | number)[],
): Promise<readonly Row[]> {
  const { rows } = await withTimeout(deadline, () =>
    values.length === 0 ? pool.query(text) : pool.query(text, [...values]),
  );
  return rows as readonly Row[];
}

async function createClient(pool: PgPool, url: string | undefined): Promise<PgClient> {
  // Imported here: with other drivers, pg need not be installed.
  const { default: pg } = await import("pg");
  const options = pool.options as { readonly password?: unknown };
  // The pool hides its password from a spread.
  const where = url === undefined ? { ...options, password: options.password } : { connectionString: url };
  const settings = { connectionTimeoutMillis: connectTimeout, keepAlive: true, pipeline: false };
  return new pg.Client({ ...where, ...settings } as object) as unknown as PgClient;
}

async function connect(client: PgClient, events: ConnectionEvents | undefined): Promise<Connection> {
  let isOpen = true;
  const lost = () => {
    if (isOpen) events?.lost();
  };
  client.on("notification", ({ channel }) => events?.notified(channel));
  client.on("end", lost);
  // An error without a listener would end the process.
  client.on("error", lost);
  const close = async () => {
    isOpen = false;
    events?.signal.removeEventListener("abort", close);
    const ended = client.end();
    // A peer that does not answer would keep it waiting.
    client.connection.stream.destroy();
    await ended.catch(() => undefined);
  };
  events?.signal.addEventListener("abort", close, { once: true });
  try {
    events?.signal.throwIfAborted();
    await client.connect();
    await query(client, listenStatement(events?.channels), []);
  } catch (error) {
    await close();
    throw error;
  }
  return { query: (text, values = []) => query(client, text, values), close };
}
