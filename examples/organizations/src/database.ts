import { PGlite } from "@electric-sql/pglite";
import { assertRowSecurity, migrateRows, policySql, type RowPrincipal } from "@usher-auth/postgres";
import { type DrizzleDatabase, drizzleRows } from "@usher-auth/postgres/drizzle";
import { migrateRevocations, revocationStore } from "@usher-auth/postgres/revocations";
import type { RevocationStore } from "@usher-auth/verify/revocation";
import { drizzle as overPglite } from "drizzle-orm/pglite";
import { drizzle as overPostgres } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { createTables, invoices, notes, projects } from "./schema.ts";

/** What handlers get: for each principal a database with the rows that are theirs, and no other. */
export interface Rows {
  for(principal: RowPrincipal): DrizzleDatabase;
}

export interface Database {
  readonly rows: Rows;
  readonly revocations: RevocationStore;
  close(): Promise<void>;
}

/** Opens Postgres, or without an address PGlite: Postgres in this process, in memory. */
export async function openDatabase(url: string | undefined): Promise<Database> {
  if (url === undefined) {
    const client = await PGlite.create();
    await migrate(client, (script) => client.exec(script));
    const rows = drizzleRows(overPglite(client));
    return { rows, revocations: revocationStore(client), close: () => client.close() };
  }
  const client = postgres(url);
  await migrate(client, (script) => client.unsafe(script));
  const rows = drizzleRows(overPostgres(client));
  return { rows, revocations: revocationStore(client), close: () => client.end() };
}

type Client = Parameters<typeof migrateRows>[0] & Parameters<typeof migrateRevocations>[0];

async function migrate(client: Client, run: (script: string) => PromiseLike<unknown>): Promise<void> {
  await migrateRows(client);
  await migrateRevocations(client);
  await run(createTables);
  await run(policySql({ table: "projects", tenant: "org_id" }));
  await run(policySql({ table: "invoices", tenant: "org_id" }));
  await run(policySql({ table: "notes", owner: "user_id", tenant: "org_id" }));
  // Fails the start if a table would show more than that.
  await assertRowSecurity(client, [projects, invoices, notes]);
}
