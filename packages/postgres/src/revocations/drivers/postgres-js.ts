import { withTimeout } from "../../timeout.ts";
import type { Connection, ConnectionEvents, Driver, Row } from "./driver.ts";

/**
 * The part of a postgres.js client (`postgres(url)`) that `revocationStore` uses. The `client` of `openPool`
 * has it too.
 *
 * @example
 * ```ts
 * import type { PostgresJs } from "@usher-auth/postgres/revocations";
 * import postgres from "postgres";
 *
 * export const database: PostgresJs = postgres(process.env.DATABASE_URL ?? "");
 * ```
 */
export interface PostgresJs {
  readonly options: object;
  unsafe(text: string, values?: unknown[]): PromiseLike<readonly unknown[]>;
}

/**
 * How long an answer may take, in milliseconds. After that the connection counts as lost: it may be
 * half-open.
 */
const deadline = 3_000;

/** How long to wait for a new connection, in seconds. */
const connectTimeout = 3;

/** A server. Separate connections use the client's options and do not count against its pool. */
export function postgresJsDriver(sql: PostgresJs): Driver {
  return {
    query: (text, values = []) => query(sql, text, values),
    run: async (script) => {
      // Without values this is one simple query, whose statements are one transaction. No deadline: it may
      // wait for a lock.
      await sql.unsafe(script);
    },
    connect: (events) => connect(sql.options, events),
  };
}

async function query(
  sql: PostgresJs,
  text: string,
  values: readonly (string | number)[],
): Promise<readonly Row[]> {
  return (await withTimeout(deadline, () => sql.unsafe(text, [...values]))) as readonly Row[];
}

async function connect(options: object, events: ConnectionEvents | undefined): Promise<Connection> {
  // Imported here: with PGlite, postgres.js need not be installed.
  const { default: postgres } = await import("postgres");
  let isOpen = true;
  const own = postgres({
    ...options,
    max: 1,
    connect_timeout: connectTimeout,
    // It must not reconnect by itself: the new connection would not listen.
    idle_timeout: 0,
    max_lifetime: null,
    fetch_types: false,
    onnotice: () => {},
    onclose: () => {
      if (isOpen) events?.lost();
    },
    onnotify: () => events?.notified(),
  } as object);
  const close = async () => {
    isOpen = false;
    events?.signal.removeEventListener("abort", close);
    await own.end({ timeout: 0 }).catch(() => undefined);
  };
  events?.signal.addEventListener("abort", close, { once: true });
  try {
    events?.signal.throwIfAborted();
    await query(own, events === undefined ? "select" : `listen ${events.channel}`, []);
  } catch (error) {
    await close();
    throw error;
  }
  return { query: (text, values = []) => query(own, text, values), close };
}
