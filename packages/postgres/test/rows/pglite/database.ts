import { PGlite } from "@electric-sql/pglite";
import { migrateRows } from "@usher-auth/postgres";
import type { DatabaseKind } from "../contract/context.ts";
import { deferredTables, type RowsDatabase } from "../contract/database.ts";
import { rows, tables } from "../prepared-tables.ts";

/** The database of this process, in memory. Its one connection belongs to a superuser. */
export interface PgliteDatabase extends RowsDatabase {
  readonly pglite: PGlite;
}

export const embedded: DatabaseKind = { name: "PGlite", open: openPglite, isServer: false };

export async function openPglite(): Promise<PgliteDatabase> {
  const pglite = await PGlite.create();
  await migrateRows(pglite);
  for (const script of [tables, deferredTables, rows]) await pglite.exec(script);
  return {
    pglite,
    key: undefined,
    url: "",
    proxy: undefined,
    serverPort: 0,
    admin: async (text, values = []) =>
      (await pglite.query(text, [...values])).rows as Record<string, unknown>[],
    close: () => pglite.close(),
  };
}
