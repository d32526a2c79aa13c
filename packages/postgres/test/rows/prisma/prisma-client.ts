import { policySql } from "@usher-auth/postgres";
import { type PrismaAdapter, type PrismaRowsOptions, prismaRows } from "@usher-auth/postgres/prisma";
import pg from "pg";
import postgres from "postgres";
import type { PreparedTables } from "../prepared-tables.ts";
import { PrismaClient } from "./generated/client.ts";

/** How long Prisma waits for a connection, and for a transaction's end: longer than a busy machine takes. */
export const patient = { maxWait: 60_000, timeout: 60_000 };

/** A client that tells about its queries. */
export const createClient = (adapter: PrismaAdapter) =>
  new PrismaClient({ adapter, transactionOptions: patient, log: [{ emit: "event", level: "query" }] });

/** Prisma on prepared tables. */
export interface OpenPrisma {
  readonly pool: pg.Pool;
  readonly rows: ReturnType<typeof prismaRows<ReturnType<typeof createClient>>>;
  /** The client that all principals share. */
  readonly shared: ReturnType<typeof createClient>;
  /** What Prisma has sent, in order, with its parameters. */
  readonly statements: string[];
  end(): Promise<void>;
}

/** Opens a pool of `max` connections, 10 by default. */
export function openPrisma(
  tables: Pick<PreparedTables, "url" | "key">,
  { max = 10, ...options }: PrismaRowsOptions & { max?: number } = {},
): OpenPrisma {
  const pool = new pg.Pool({ connectionString: tables.url, max });
  const statements: string[] = [];
  let shared: ReturnType<typeof createClient> | undefined;
  const rows = prismaRows(
    pool,
    (adapter) => {
      shared = createClient(adapter);
      return shared;
    },
    { key: tables.key, ...options },
  );
  if (shared === undefined) throw new Error("no client was created");
  shared.$on("query", ({ query, params }) => statements.push(`${query} ${params}`));
  return { pool, rows, shared, statements, end: () => pool.end() };
}

/** Adds the table of the model `Reply`, with the rights and the policy of an owner. */
export async function createReplies(ownerUrl: string): Promise<void> {
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(`
      create table replies (
        id serial primary key,
        owner_id text not null,
        note_id integer not null references notes,
        body text not null check (body <> 'refused')
      );
      ${policySql({ table: "replies", owner: "owner_id" })}
      grant usage on all sequences in schema public to usher_api;`);
  } finally {
    await sql.end();
  }
}
