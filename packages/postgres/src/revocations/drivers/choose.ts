import { ConfigurationError } from "@usher-auth/verify";
import type { Driver } from "./driver.ts";
import { type PgPool, pgDriver } from "./pg.ts";
import { type Pglite, pgliteDriver } from "./pglite.ts";
import { type PostgresJs, postgresJsDriver } from "./postgres-js.ts";

/**
 * The databases that can hold revocations: a `pg.Pool`, a client of postgres.js (`postgres(url)`), or a
 * PGlite database.
 *
 * @example
 * ```ts
 * import { migrateRevocations, type RevocationDatabase } from "@usher-auth/postgres/revocations";
 * import postgres from "postgres";
 *
 * const database: RevocationDatabase = postgres(process.env.DATABASE_URL ?? "");
 * export const prepare = () => migrateRevocations(database);
 * ```
 */
export type RevocationDatabase = PgPool | PostgresJs | Pglite;

/**
 * Tells drivers apart by their shape, so that none is imported.
 *
 * @throws {ConfigurationError} The client is of no kind.
 */
export function driverOf(database: RevocationDatabase): Driver {
  // Object(): `in` throws for a value that is not an object.
  const client: RevocationDatabase = Object(database);
  if ("unsafe" in client) return postgresJsDriver(client);
  if ("exec" in client) return pgliteDriver(client);
  if ("totalCount" in client) return pgDriver(client);
  throw new ConfigurationError("revocations: give a pg.Pool, a client of postgres.js, or a PGlite database.");
}

/**
 * Where to listen: another client, or the same driver at another address. False: nowhere. Undefined: where
 * the database is queried.
 *
 * @throws {ConfigurationError} The message does not contain the address, which may have a password.
 */
export function listenDriverOf(
  database: RevocationDatabase,
  listen: string | RevocationDatabase | false | undefined,
): Driver | false | undefined {
  if (listen === undefined || listen === "") return undefined;
  if (listen === false) return false;
  if (typeof listen !== "string") return driverOf(listen);
  if (!/^postgres(?:ql)?:$/.test(URL.parse(listen)?.protocol ?? ""))
    throw new ConfigurationError(
      "revocationStore: listen must be a URL, such as postgres://user@host:5432/database.",
    );
  if ("unsafe" in database) return postgresJsDriver(database, listen);
  if ("totalCount" in database) return pgDriver(database, listen);
  throw new ConfigurationError("revocationStore: listen is a URL, and PGlite has none.");
}
