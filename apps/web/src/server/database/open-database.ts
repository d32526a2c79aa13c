import type { WebConfig } from "../config/config.ts";
import type { Log } from "../log.ts";
import type { AuthDatabase } from "./auth-database.ts";
import { openPostgres } from "./postgres.ts";
import { openSqlite } from "./sqlite.ts";

/**
 * Opens Postgres if AUTH_DATABASE_URL is set, and the embedded database otherwise.
 *
 * @throws {StartupError} when the database cannot be reached or written to
 */
export async function openDatabase(config: WebConfig, log: Log): Promise<AuthDatabase> {
  return config.databaseUrl === undefined
    ? openSqlite(config.dataFolder)
    : await openPostgres(config.databaseUrl, log);
}
