import type { Driver, Row } from "./driver.ts";

/**
 * The part of a PGlite database that `revocationStore` uses.
 *
 * @example
 * ```ts
 * import { PGlite } from "@electric-sql/pglite";
 * import type { Pglite } from "@usher-auth/postgres/revocations";
 *
 * export const database: Pglite = new PGlite(); // in memory
 * ```
 */
export interface Pglite {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
  exec(script: string): Promise<unknown>;
  listen(channel: string, callback: (payload: string) => void): Promise<() => Promise<void>>;
}

/** A database in this process: one shared connection, which cannot break. */
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
      const unlisten: (() => Promise<void>)[] = [];
      for (const channel of events?.channels ?? [])
        unlisten.push(await pglite.listen(channel, () => events?.notified(channel)));
      return {
        query,
        // Fails if the database was closed first. Then there is nothing left to close.
        close: async () => {
          for (const end of unlisten) await end().catch(() => undefined);
        },
      };
    },
  };
}
