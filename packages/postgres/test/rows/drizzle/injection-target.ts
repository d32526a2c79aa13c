import type { RowPrincipal } from "@usher-auth/postgres";
import { drizzleRows } from "@usher-auth/postgres/drizzle";
import { sql } from "drizzle-orm";
import { drizzle as drizzlePg } from "drizzle-orm/node-postgres";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import { drizzle as drizzlePostgresJs } from "drizzle-orm/postgres-js";
import pg from "pg";
import postgres from "postgres";
import type { InjectionTarget } from "../injection/suite.ts";
import type { PreparedTables } from "../prepared-tables.ts";

export async function openDrizzleOnPostgresJs({ url, key }: PreparedTables): Promise<InjectionTarget> {
  const client = postgres(url, { max: 1, fetch_types: false, onnotice: () => {}, backoff: () => 0.05 });
  const rows = drizzleRows(drizzlePostgresJs({ client }), { key });
  return {
    run: (principal, statements) => run(rows.for(principal), statements),
    // After the end of a connection, postgres.js rejects one more query with the same error.
    raw: (text) => client.unsafe(text).catch(() => client.unsafe(text)),
    close: () => client.end({ timeout: 1 }),
  };
}

export async function openDrizzleOnPg({ url, key }: PreparedTables): Promise<InjectionTarget> {
  const client = new pg.Pool({ connectionString: url, max: 1 });
  const rows = drizzleRows(drizzlePg({ client }), { key });
  return {
    run: (principal: RowPrincipal, statements) => run(rows.for(principal), statements),
    raw: async (text) => (await client.query(text)).rows,
    close: () => client.end(),
  };
}

type Database = PgDatabase<PgQueryResultHKT>;

async function run(database: Database, statements: readonly string[]): Promise<unknown[]> {
  const found = async (over: Database, text: string) => {
    const result: unknown = await over.execute(sql.raw(text));
    return Array.isArray(result) ? [...result] : (result as { rows: unknown[] }).rows;
  };
  if (statements.length === 1) return found(database, statements[0] as string);
  return database.transaction(async (transaction) => {
    const all: unknown[] = [];
    for (const statement of statements) all.push(...(await found(transaction, statement)));
    return all;
  });
}
