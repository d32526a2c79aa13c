import { assertRowSecurity } from "@usher-auth/postgres";
import { isOutage, openPool } from "@usher-auth/postgres/connection";
import { migrateRevocations, revocationStore } from "@usher-auth/postgres/revocations";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import { type Database, databaseOver } from "../db.ts";
import { StartupError } from "../operations/startup-error.ts";
import * as schema from "../tasks/schema.ts";
import { migrations } from "./migrations.ts";

/** An arbitrary number, the same in every replica, that the lock on migrations goes by. */
const migrationLock = 7_365_687;

/**
 * Connects to a Postgres server (13 or newer) and brings its schema up to date; replicas that start together
 * take turns.
 *
 * The user of `url` needs CREATE on the database and on its schema `public`, and CREATEROLE, or in place of
 * the latter an administrator's `CREATE ROLE usher_api NOLOGIN; GRANT usher_api TO <user>`. Owning the
 * database grants the first two.
 *
 * @throws {StartupError} when the server does not answer, or lacks what the above says.
 */
export async function openServer(options: { url: string; deadline: number }): Promise<Database> {
  await prepare(options.url).catch((error: unknown) => {
    throw new StartupError(`the database at ${placeOf(options.url)} ${reasonOf(error)}`);
  });
  const pool = openPool(() => connect(options.url, 10));
  return databaseOver({
    client: drizzle({ client: pool.client, schema }),
    kind: "server",
    revocations: revocationStore(pool.client),
    deadline: options.deadline,
    overdue: pool.renew,
    close: pool.end,
  });
}

/** Migrates on a connection of its own, for the lock is the connection's. */
async function prepare(url: string): Promise<void> {
  const connection = connect(url, 1);
  try {
    // Whoever holds the lock is migrating; should it hang, then this process says so rather than wait for
    // ever.
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

function connect(url: string, connections: number): postgres.Sql {
  return postgres(url, {
    max: connections,
    connect_timeout: 3,
    // Without arrays there is no need of it, and a connection that breaks meanwhile would end the process:
    // postgres.js leaves that promise to itself.
    fetch_types: false,
    idle_timeout: 60,
    // The default waits up to 20 seconds before it tries again; a healed database should be noticed at once.
    backoff: () => 0.2,
    onnotice: () => {},
  });
}

/** `host:port/database`: what an operator needs, and neither user nor password. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

function reasonOf(error: unknown): string {
  const cause = innermost(error);
  const code = (cause as { code?: string }).code ?? "";
  // Postgres itself says it best: wrong password, no such database, a missing grant.
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
