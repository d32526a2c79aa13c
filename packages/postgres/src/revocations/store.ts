import { ConfigurationError } from "@usher-auth/verify";
import type { RevocationStore } from "@usher-auth/verify/revocation";
import { startCleanup } from "./cleanup.ts";
import { driverOf, listenDriverOf, type RevocationDatabase } from "./drivers/choose.ts";
import type { Driver } from "./drivers/driver.ts";
import { loadAll } from "./load.ts";
import { migrationScript } from "./migrations.ts";
import { appendAnonymousStatement, appendStatement, writeRevocations } from "./statements.ts";
import { subscribe } from "./subscription.ts";

/**
 * Options of {@link revocationStore}.
 *
 * @example
 * ```ts
 * import type { RevocationStoreOptions } from "@usher-auth/postgres/revocations";
 *
 * export const options: RevocationStoreOptions = {
 *   maxTokenAge: 900, // tokens live for 15 minutes
 *   listen: process.env.LISTEN_DATABASE_URL, // the server itself, where DATABASE_URL is a pooler
 * };
 * ```
 */
export interface RevocationStoreOptions {
  /**
   * The longest lifetime of a token, the same as for `createRevocations`. Older revocations are deleted, by
   * the database's clock. Seconds, 1 to 2,592,000 (30 days); default 86,400, the longest that `usherJwt`
   * allows.
   */
  readonly maxTokenAge?: number;
  /**
   * Where to `LISTEN` for new revocations, if `database` is behind a pooler in transaction mode: the address
   * of the server itself (`postgres://…`, opened with the same driver), or a client for it. It must be the
   * same database. An empty string counts as undefined, so that an environment variable fits.
   *
   * Default: the connection of the subscription itself. If notifications do not arrive there, a process
   * warning (`USHER_NOT_NOTIFIED`) says so once, and new revocations are found by a query every second.
   *
   * False: never listens, without a warning.
   */
  readonly listen?: string | RevocationDatabase | false | undefined;
}

const thirtyDays = 30 * 86_400;

/**
 * How many seconds longer a revocation is kept: more than clocks may differ, and longer than
 * `createRevocations` keeps it.
 */
const grace = 600;

/**
 * Stores revocations in the Postgres table `usher_revocations` (create it with `migrateRevocations`) and
 * delivers new ones to every replica: by `LISTEN` within milliseconds, and by a query every second, which
 * also works behind a pooler in transaction mode.
 *
 * Each subscription opens its own connection with the client's options, and a second one with the option
 * `listen`; so does `load`. Prepares no statements and keeps no state in a session. The client stays yours:
 * end it after the subscriptions stop.
 *
 * Keeps who made a revocation (`by`) in the column `made_by`. Until `migrateRevocations` of this version has
 * run, the table has no such column, and everything else works.
 *
 * The database user needs SELECT and INSERT on the table, and to subscribe also DELETE and UPDATE (before):
 * old revocations are locked and deleted. The role that created the table has these.
 *
 * @param database A `pg.Pool`, a client of postgres.js, the `client` of `openPool`, or a PGlite database.
 * @throws {ConfigurationError} The client is of another kind, or an option is out of range.
 *
 * @example
 * ```ts
 * import { migrateRevocations, revocationStore } from "@usher-auth/postgres/revocations";
 * import { createRevocations } from "@usher-auth/verify/revocation";
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import postgres from "postgres";
 *
 * export async function openVerifier() {
 *   const sql = postgres(process.env.DATABASE_URL ?? "");
 *   await migrateRevocations(sql);
 *   const revocations = createRevocations({ store: revocationStore(sql), maxTokenAge: 86_400 });
 *   const verifier = verifierFromEnv(process.env, { revocations });
 *   await verifier.ready(); // loads the list before the first request
 *   return verifier;
 * }
 * ```
 */
export function revocationStore(
  database: RevocationDatabase,
  options: RevocationStoreOptions = {},
): RevocationStore {
  const driver = driverOf(database);
  const { maxTokenAge = 86_400 } = options;
  const listen = listenDriverOf(database, options.listen);
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
      if (revocations.length > 0) await append(driver, writeRevocations(revocations));
    },
    subscribe: async (listener) => {
      const unsubscribe = await subscribe(driver, listener, listen === undefined ? {} : { listen });
      const stopCleanup = startCleanup(driver, maxTokenAge + grace);
      return async () => {
        await Promise.all([unsubscribe(), stopCleanup()]);
      };
    },
  };
}

async function append(driver: Driver, rows: string): Promise<void> {
  try {
    await driver.query(appendStatement, [rows]);
  } catch (error) {
    if ((error as { readonly code?: unknown } | null)?.code !== undefinedColumn) throw error;
    await driver.query(appendAnonymousStatement, [rows]);
  }
}

/** Postgres manual, appendix A. */
const undefinedColumn = "42703";

/**
 * Creates the table `usher_revocations`, or updates it: in the first schema of the search path, owned by the
 * client's user, without access for other roles. Safe to run at every start, in several replicas at once, and
 * through a pooler in transaction mode: all of it is one transaction, which holds the lock. Postgres 13 or
 * newer.
 *
 * @param database A `pg.Pool`, a client of postgres.js, the `client` of `openPool`, or a PGlite database.
 * @throws The database's error, for example if the user may not CREATE in that schema.
 * @throws {ConfigurationError} The client is of another kind.
 *
 * @example
 * ```ts
 * import { migrateRevocations } from "@usher-auth/postgres/revocations";
 * import postgres from "postgres";
 *
 * export async function migrate(url: string) {
 *   const sql = postgres(url, { max: 1 });
 *   await migrateRevocations(sql);
 *   await sql.end();
 * }
 * ```
 */
export function migrateRevocations(database: RevocationDatabase): Promise<void> {
  return driverOf(database).run(migrationScript);
}
