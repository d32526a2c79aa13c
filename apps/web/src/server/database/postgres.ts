import { Pool, type PoolClient } from "pg";
import type { Log } from "../log.ts";
import { reasonOf, StartupError } from "../startup-error.ts";
import type { AuthDatabase } from "./auth-database.ts";

/** Milliseconds to open a connection, and for the answer to a query. */
const deadline = 5000;

/** Descriptions of Node's and Postgres's error codes. */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "no such host",
  "28P01": "wrong user or password",
  "3D000": "no such database",
  // The pool's own timeout has no code.
  Error: `no answer in ${deadline / 1000} seconds`,
};

/** The advisory lock that lets only one web process change the schema. An arbitrary number. */
const migrationLock = 7_446_158_213;

/**
 * Connects to a Postgres server and checks that it answers.
 *
 * @throws {StartupError} when it does not. The message has the host and the database, not the user or the
 *   password
 */
export async function openPostgres(url: string, log: Log): Promise<AuthDatabase> {
  let isMigrating = false;
  const pool = new Pool({ connectionString: url, connectionTimeoutMillis: deadline });
  // Without this listener, an idle connection that breaks would end the process. The pool replaces it.
  pool.on("error", (error) => log.warn(`lost an idle connection to the database (${reasonOf(error)})`));
  pool.on("connect", (client) => {
    // The same for a connection in use. Its query fails and reports the error.
    client.on("error", () => undefined);
    limitQueries(client, () => isMigrating);
  });
  try {
    await probe(pool);
  } catch (error) {
    await pool.end();
    const { host, pathname } = new URL(url);
    const code = reasonOf(error);
    throw new StartupError(
      `cannot reach the database of AUTH_DATABASE_URL, ${host}${pathname} (${reasons[code] ?? code}). ` +
        "Start it or correct the URL, or unset it to use the embedded one.",
    );
  }
  return {
    connection: pool,
    shared: true,
    async migrate(change) {
      isMigrating = true;
      try {
        await withMigrationLock(pool, change);
      } finally {
        isMigrating = false;
      }
    },
    answers: () =>
      probe(pool).then(
        () => true,
        () => false,
      ),
    close: () => pool.end(),
  };
}

/**
 * Closes a connection whose query gets no answer, as from a server that has gone silent. The query fails and
 * the pool opens another connection. With pg's own `query_timeout` alone, the pool would hand out the
 * connection again while it still waits.
 *
 * @param isUnlimited - whether a query may take as long as it needs, as in a migration
 */
function limitQueries(client: PoolClient, isUnlimited: () => boolean): void {
  const query = client.query.bind(client) as (...input: unknown[]) => unknown;
  const limited = (...input: unknown[]): unknown => {
    const result = query(...input);
    if (result instanceof Promise && !isUnlimited()) {
      const timer = setTimeout(() => void client.end(), deadline);
      result.catch(() => undefined).finally(() => clearTimeout(timer));
    }
    return result;
  };
  client.query = limited as typeof client.query;
}

/** @throws when the server does not answer */
async function probe(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("select 1");
  } finally {
    client.release();
  }
}

async function withMigrationLock(pool: Pool, change: () => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [migrationLock]);
    await change();
  } finally {
    // Closing the connection releases the lock, even if the change broke it.
    client.release(true);
  }
}
