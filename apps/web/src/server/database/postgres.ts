import { Pool, type QueryConfig } from "pg";
import type { Log } from "../log.ts";
import { reasonOf, StartupError } from "../startup-error.ts";
import type { AuthDatabase } from "./auth-database.ts";

/** Milliseconds, for a connection, and for the answer to whether there is one. */
const connectionDeadline = 5000;

/** The types of `pg` do not know of its `query_timeout`. */
const inTime: QueryConfig = Object.assign({ text: "select 1" }, { query_timeout: connectionDeadline });

/** In words, by Node's or Postgres' own code. */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "no such host",
  "28P01": "wrong user or password",
  "3D000": "no such database",
  // The pool's own error, which has no code.
  Error: `no answer in ${connectionDeadline / 1000} seconds`,
};

/**
 * The advisory lock that the web processes take to change the schema one at a time. The number means nothing
 * else.
 */
const migrationLock = 7_446_158_213;

/**
 * Connects to a Postgres server, and makes sure that it answers.
 *
 * @throws {StartupError} when it does not. The message names the host and database, not the user or the
 *   password
 */
export async function openPostgres(url: string, log: Log): Promise<AuthDatabase> {
  const pool = new Pool({ connectionString: url, connectionTimeoutMillis: connectionDeadline });
  // Without a listener, a connection that breaks while idle would end the process. The pool replaces it.
  pool.on("error", (error) => log.warn(`lost an idle connection to the database (${reasonOf(error)})`));
  // Nor is there one while it is in use. The query that uses it fails and says so.
  pool.on("connect", (client) => client.on("error", () => undefined));
  try {
    await pool.query("select 1");
  } catch (error) {
    await pool.end();
    const { host, pathname } = new URL(url);
    const code = reasonOf(error);
    throw new StartupError(
      `cannot reach the database of AUTH_DATABASE_URL, ${host}${pathname} (${reasons[code] ?? code}). Start it or correct the URL, or unset it to use the embedded one.`,
    );
  }
  return {
    connection: pool,
    shared: true,
    whileAlone: (change) => withMigrationLock(pool, change),
    answers: () =>
      pool.query(inTime).then(
        () => true,
        () => false,
      ),
    close: () => pool.end(),
  };
}

async function withMigrationLock(pool: Pool, change: () => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [migrationLock]);
    await change();
  } finally {
    // Closing the connection gives the lock back even where the change broke it.
    client.release(true);
  }
}
