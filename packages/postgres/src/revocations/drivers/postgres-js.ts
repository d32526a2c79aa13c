import { within } from "../../timeout.ts";
import type { Connection, ConnectionEvents, Driver, Row } from "./driver.ts";

/** What is used of a postgres.js client (`postgres(url)`). */
export interface PostgresJs {
  readonly options: object;
  unsafe(text: string, values?: unknown[]): PromiseLike<readonly unknown[]>;
}

/**
 * How long an answer may take, in milliseconds. Past that a connection counts as lost: it may be half-open.
 */
const deadline = 3_000;

/** How long to wait for a new connection, in seconds. */
const connectTimeout = 3;

/** A server, by postgres.js. Connections of one's own are made with the client's options, beside its pool. */
export function postgresJsDriver(sql: PostgresJs): Driver {
  return {
    query: (text, values = []) => query(sql, text, values),
    run: async (script) => {
      // Without values it goes as one simple query, whose statements are one transaction. It may wait for a
      // lock.
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
  return (await within(deadline, () => sql.unsafe(text, [...values]))) as readonly Row[];
}

async function connect(options: object, events: ConnectionEvents | undefined): Promise<Connection> {
  // Not at the top: whoever uses PGlite need not have it.
  const { default: postgres } = await import("postgres");
  let isOpen = true;
  const own = postgres({
    ...options,
    max: 1,
    connect_timeout: connectTimeout,
    // It must not go and come back by itself: a new connection listens to nothing.
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
