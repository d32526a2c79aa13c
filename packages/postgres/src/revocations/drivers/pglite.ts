import type { Driver, Row } from "./driver.ts";

/** What is used of a PGlite database. */
export interface Pglite {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
  exec(script: string): Promise<unknown>;
  listen(channel: string, callback: (payload: string) => void): Promise<() => Promise<void>>;
}

/** A database in this process: one connection for everybody, which nothing can cut. */
export function pgliteDriver(pglite: Pglite): Driver {
  const query = async (text: string, values: readonly (string | number)[] = []) =>
    (await pglite.query(text, [...values])).rows as readonly Row[];
  return {
    query,
    run: async (script) => {
      await pglite.exec(`begin; ${script}; commit`).catch(async (error: unknown) => {
        await pglite.exec("rollback");
        throw error;
      });
    },
    connect: async (events) => {
      const unlisten = events && (await pglite.listen(events.channel, () => events.notified()));
      // It fails where the database was closed first, and then there is nothing left to end.
      return { query, close: async () => unlisten?.().catch(() => undefined) };
    },
  };
}
