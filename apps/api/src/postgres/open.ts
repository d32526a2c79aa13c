import { assertRowSecurity } from "@usher-auth/postgres";
import { isOutage, openPool } from "@usher-auth/postgres/connection";
import { migrateRevocations, revocationStore } from "@usher-auth/postgres/revocations";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import { createDatabase, type Database } from "../db.ts";
import { StartupError } from "../operations/startup-error.ts";
import * as schema from "../tasks/schema.ts";
import { migrations } from "./migrations.ts";

/** The key of the advisory lock on migrations: an arbitrary number, the same in every replica. */
const migrationLock = 7_365_687;

const connectionOptions = {
  connect_timeout: 3,
  // Not needed without arrays, and postgres.js ends the process when a connection breaks during that query.
  fetch_types: false,
  idle_timeout: 60,
  // The default waits up to 20 seconds before the next attempt. A recovered database should be used at once.
  backoff: () => 0.2,
  onnotice: () => {},
};

/**
 * Connects to a Postgres server (13 or newer) and runs its migrations. Replicas that start together wait for
 * each other.
 *
 * The user in `url` needs CREATE on the database and on its schema `public` (the database's owner has both),
 * and CREATEROLE. Without CREATEROLE, an administrator must run: `CREATE ROLE usher_api NOLOGIN; GRANT
 * usher_api TO <user>`.
 *
 * @throws {StartupError} The server does not answer, or the user lacks one of these rights.
 */
export async function openServer(options: { url: string; deadline: number }): Promise<Database> {
  await migrateAndCheck(options.url).catch((error: unknown) => {
    throw new StartupError(`the database at ${placeOf(options.url)} ${reasonOf(error)}`);
  });
  const pool = openPool(postgres, options.url, { ...connectionOptions, max: 10 });
  return createDatabase({
    client: drizzle({ client: pool.client, schema }),
    kind: "server",
    revocations: revocationStore(pool.client),
    deadline: options.deadline,
    onOverdue: pool.renew,
    close: pool.end,
  });
}

/** On one separate connection, because the advisory lock belongs to a connection. */
async function migrateAndCheck(url: string): Promise<void> {
  const connection = postgres(url, { ...connectionOptions, max: 1 });
  try {
    // Another replica holds the lock while it migrates. If it hangs, this one reports that after a minute.
    await connection`select set_config('lock_timeout', '60s', false)`;
    await connection`select pg_advisory_lock(${migrationLock})`;
    const client = drizzle({ client: connection, schema });
    await migrate(client, migrations);
    await migrateRevocations(connection);
    await assertRowSecurity(client, [schema.tasks]);
  } finally {
    await connection.end({ timeout: 1 });
  }
}

/** `host:port/database`, without the user and the password. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

function reasonOf(error: unknown): string {
  const cause = innermost(error);
  const code = (cause as { code?: string }).code ?? "";
  // Postgres has the best message: wrong password, no such database, a missing grant.
  const answered = cause instanceof postgres.PostgresError;
  return isOutage(error) && !answered
    ? `does not answer (${code || cause.message}): start it, or check DATABASE_URL`
    : `cannot be used: ${cause.message}`;
}

function innermost(error: unknown): Error {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  return current instanceof Error ? current : new Error(String(current));
}
