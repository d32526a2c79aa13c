import { isOutage, openPool, type Pool, type PoolOptions } from "@usher-auth/postgres/connection";
import postgres from "postgres";
import { StartupError } from "../operations/startup-error.ts";
import type { Address } from "./addresses.ts";

const options: PoolOptions = {
  connect_timeout: 3,
  idle_timeout: 60,
  // The default waits up to 20 seconds before the next attempt. A recovered database should be used at once.
  backoff: () => 0.2,
  onnotice: () => {},
};

/** A pool of at most `max` connections. Connects when the first query comes. */
export function connect({ url }: Address, max: number, more: PoolOptions = {}): Pool {
  return openPool(postgres, url, { ...options, ...more, max });
}

/**
 * Uses one connection while the API starts.
 *
 * @throws {StartupError} For every failure. It names the place and the variable, without user and password.
 */
export async function withConnection<Result>(
  address: Address,
  use: (client: postgres.Sql) => Promise<Result>,
): Promise<Result> {
  const pool = connect(address, 1);
  try {
    return await use(pool.client);
  } catch (error) {
    if (error instanceof StartupError) throw error;
    throw new StartupError(`the database at ${placeOf(address)} ${reasonOf(error, address)}`);
  } finally {
    await pool.end();
  }
}

/** `host:port/database`, without the user and the password. */
function placeOf({ url }: Address): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

function reasonOf(error: unknown, { variable }: Address): string {
  const cause = innermost(error);
  const code = (cause as { code?: string }).code ?? "";
  // Postgres has the best message: wrong password, no such database, a missing grant.
  const answered = cause instanceof postgres.PostgresError;
  if (isOutage(error) && !answered)
    return `does not answer (${code || cause.message}): start it, or check ${variable}`;
  const where = variable === "DATABASE_URL" ? "" : ` (${variable})`;
  return `cannot be used: ${cause.message}${where}`;
}

function innermost(error: unknown): Error {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  return current instanceof Error ? current : new Error(String(current));
}
