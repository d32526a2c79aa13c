import { serverUrl } from "../../server-url.ts";
import { withTimeout } from "../../timeout.ts";
import {
  type Connection,
  type ConnectionEvents,
  connectTimeout,
  type Driver,
  deadline,
  listenStatement,
  type Row,
} from "./driver.ts";

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
 * A server. Separate connections use the client's options and do not count against its pool.
 *
 * Prepares no statements: `unsafe` does so only when told to.
 *
 * @param url Where to open separate connections. Default: where the client connects.
 */
export function postgresJsDriver(sql: PostgresJs, url?: string): Driver {
  return {
    query: (text, values = []) => query(sql, text, values),
    run: async (script) => {
      // Without values this is one simple query, whose statements are one transaction. No deadline: it may
      // wait for a lock.
      await sql.unsafe(script);
    },
    connect: (events) => connect(sql.options, url, events),
  };
}

async function query(
  sql: PostgresJs,
  text: string,
  values: readonly (string | number)[],
): Promise<readonly Row[]> {
  return (await withTimeout(deadline, () => sql.unsafe(text, [...values]))) as readonly Row[];
}

async function connect(
  options: object,
  url: string | undefined,
  events: ConnectionEvents | undefined,
): Promise<Connection> {
  // Imported here: with other drivers, postgres.js need not be installed.
  const { default: postgres } = await import("postgres");
  let isOpen = true;
  const settings = {
    max: 1,
    connect_timeout: connectTimeout / 1000,
    // It must not reconnect by itself: the new connection would not listen.
    idle_timeout: 0,
    max_lifetime: null,
    fetch_types: false,
    onnotice: () => {},
    onclose: () => {
      if (isOpen) events?.lost();
    },
    onnotify: (channel: string) => events?.notified(channel),
  } as object;
  const own =
    url === undefined ? postgres({ ...options, ...settings } as object) : postgres(serverUrl(url), settings);
  const close = async () => {
    isOpen = false;
    events?.signal.removeEventListener("abort", close);
    await own.end({ timeout: 0 }).catch(() => undefined);
  };
  events?.signal.addEventListener("abort", close, { once: true });
  try {
    events?.signal.throwIfAborted();
    await query(own, listenStatement(events?.channels), []);
  } catch (error) {
    await close();
    throw error;
  }
  return { query: (text, values = []) => query(own, text, values), close };
}
