import type { BetterAuthOptions } from "better-auth";
import type { WebConfig } from "../config/config.ts";
import type { Log } from "../log.ts";
import { openPostgres } from "./postgres.ts";
import { openSqlite } from "./sqlite.ts";

/** Better Auth's own database. The API has another one and never reads this. */
export interface AuthDatabase {
  /** As Better Auth takes it. */
  readonly connection: NonNullable<BetterAuthOptions["database"]>;
  /** Whether several web processes may share it, and with it the count of sign-in attempts. */
  readonly shared: boolean;
  /** Runs a change of the schema while no other process runs one. */
  whileAlone(change: () => Promise<void>): Promise<void>;
  /** Whether it can be asked anything just now. Never throws. */
  answers(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Opens Postgres where AUTH_DATABASE_URL names one, and the embedded database otherwise.
 *
 * @throws {StartupError} when it cannot be reached or written to
 */
export async function openDatabase(config: WebConfig, log: Log): Promise<AuthDatabase> {
  return config.databaseUrl === undefined
    ? openSqlite(config.dataFolder)
    : await openPostgres(config.databaseUrl, log);
}
