import { ConfigurationError, type RevocationStore } from "@usher-auth/verify";
import { sweepRegularly } from "./cleanup.ts";
import type { Driver } from "./drivers/driver.ts";
import { type Pglite, pgliteDriver } from "./drivers/pglite.ts";
import { type PostgresJs, postgresJsDriver } from "./drivers/postgres-js.ts";
import { loadAll } from "./load.ts";
import { migrationScript } from "./migrations.ts";
import { appendStatement, writeRevocations } from "./statements.ts";
import { follow } from "./subscription.ts";

/** A client of postgres.js (`postgres(url)`), or a PGlite database. */
export type RevocationDatabase = PostgresJs | Pglite;

/** What {@link revocationStore} may be told. */
export interface RevocationStoreOptions {
  /**
   * The longest life of a token, as `createRevocations` is told it. Revocations are deleted once they are
   * older, by the database's clock. Seconds, 1 to 30 days; default 86400, the longest that `usherJwt` gives.
   */
  readonly maxTokenAge?: number;
}

const thirtyDays = 30 * 86_400;

/**
 * Seconds that a revocation is kept longer: more than clocks may differ, and than `createRevocations` keeps
 * it.
 */
const grace = 600;

/**
 * Keeps revocations in the table `usher_revocations`, which `migrateRevocations` makes, and brings them to
 * every replica that follows it: by `LISTEN` within milliseconds, and by a look at the table every second
 * where no notification gets through. Each subscription has a connection of its own (not through a pooler
 * that shares connections between transactions: those cannot listen), with the client's options; `load` too.
 * The client stays the caller's to end, after what was subscribed has stopped.
 *
 * The database user needs SELECT and INSERT on the table, and DELETE where it follows it; whoever made it has
 * those.
 *
 * @throws {ConfigurationError} No such client, or an option out of range.
 */
export function revocationStore(
  database: RevocationDatabase,
  options: RevocationStoreOptions = {},
): RevocationStore {
  const driver = driverOf(database);
  const { maxTokenAge = 86_400 } = options;
  if (!Number.isInteger(maxTokenAge) || maxTokenAge < 1 || maxTokenAge > thirtyDays) {
    throw new ConfigurationError(
      `revocationStore: maxTokenAge must be a whole number from 1 to ${thirtyDays}.`,
    );
  }
  return {
    async *load() {
      const connection = await driver.connect();
      try {
        yield* loadAll(connection);
      } finally {
        await connection.close();
      }
    },
    append: async (revocations) => {
      if (revocations.length > 0) await driver.query(appendStatement, [writeRevocations(revocations)]);
    },
    subscribe: async (listener) => {
      const stopFollowing = await follow(driver, listener);
      const stopSweeping = sweepRegularly(driver, maxTokenAge + grace);
      return async () => {
        await Promise.all([stopFollowing(), stopSweeping()]);
      };
    },
  };
}

/**
 * Makes the table `usher_revocations`, or brings it up to date: in the first schema of the search path, owned
 * by the client's user, and closed to everybody else. May run in several replicas at once, and as often as
 * one likes. Postgres 13 or newer.
 *
 * @throws What the database says, where the user may not CREATE in that schema.
 */
export function migrateRevocations(database: RevocationDatabase): Promise<void> {
  return driverOf(database).run(migrationScript);
}

/** @throws {ConfigurationError} A client of neither kind. */
export function driverOf(database: RevocationDatabase): Driver {
  // What is no object at all has neither.
  const client: RevocationDatabase = Object(database);
  if ("unsafe" in client) return postgresJsDriver(client);
  if ("exec" in client) return pgliteDriver(client);
  throw new ConfigurationError("revocations: give a client of postgres.js, or a PGlite database.");
}
