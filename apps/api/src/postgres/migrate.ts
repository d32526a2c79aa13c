import { migrateRows } from "@usher-auth/postgres";
import { withMigrationLock } from "@usher-auth/postgres/connection";
import { migrateRevocations } from "@usher-auth/postgres/revocations";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import type postgres from "postgres";
import { StartupError } from "../operations/startup-error.ts";
import type { Addresses } from "./addresses.ts";
import { withConnection } from "./connect.ts";
import { migrations } from "./migrations.ts";

/** Who connects, and where to. */
type Login = { readonly user: string; readonly database: string; readonly server: string };

/**
 * Runs all migrations as the owner of the tables, in one transaction that holds the lock: replicas that start
 * together wait for each other, also behind a pooler. The user of requests gets the right to switch to the
 * request role, the user of revocations access to their table.
 *
 * @param key Proves principals. Then requests must connect as another user than the two others.
 * @throws {StartupError} A database does not answer, or a user lacks a right.
 */
export async function migrateServer(
  { requests, migrations: owner, revocations }: Addresses,
  key: string | undefined,
): Promise<void> {
  const login = await withConnection(requests, readLogin);
  const revoking = revocations === owner ? undefined : await withConnection(revocations, readLogin);
  const isShared = await withConnection(owner, async (client) => {
    const migrating = await readLogin(client);
    if (!isSameDatabase(login, migrating)) {
      throw new StartupError(`${requests.variable} and ${owner.variable} must lead to the same database`);
    }
    if (key !== undefined) assertSeparate(login, { ...owner, ...migrating }, { ...revocations, ...revoking });
    const revokesHere = revoking === undefined || isSameDatabase(revoking, migrating);
    await withMigrationLock(client, async (transaction) => {
      await migrateRows(transaction, {
        keys: key === undefined ? [] : [key],
        login: login.user === migrating.user ? undefined : login.user,
      });
      await migrate(drizzle({ client: transaction }), migrations);
      if (!revokesHere) return;
      await migrateRevocations(transaction);
      if (revoking !== undefined && revoking.user !== migrating.user) await grant(transaction, revoking.user);
    });
    return revokesHere;
  });
  if (!isShared) await withConnection(revocations, migrateRevocations);
}

/** The database's own answer: behind some poolers, the user in the URL has another name. */
async function readLogin(client: postgres.Sql): Promise<Login> {
  const [login] = await client.unsafe<[Login]>(
    `select session_user as "user", current_database() as database, extract(epoch from pg_postmaster_start_time())::text as server`,
  );
  return login;
}

function isSameDatabase(one: Login, other: Login): boolean {
  return one.database === other.database && one.server === other.server;
}

/** What injected SQL must not reach is what these users may do. */
function assertSeparate(
  login: Login,
  ...others: readonly { readonly variable: string; readonly user?: string }[]
): void {
  for (const { variable, user } of others) {
    if (user !== login.user) continue;
    const name = variable === "DATABASE_URL" ? "MIGRATION_DATABASE_URL" : variable;
    throw new StartupError(
      `with USHER_ROWS_KEY, requests must not connect as the owner of the tables: set ${name} to a URL with another user than the one in DATABASE_URL (${login.user})`,
    );
  }
}

/** Without a right to update, Postgres does not let it lock the rows that it deletes. */
async function grant(transaction: postgres.Sql, user: string): Promise<void> {
  await transaction.unsafe(
    `grant select, insert, delete, update (before) on usher_revocations to "${user.replaceAll('"', '""')}"`,
  );
}
