import { createRows } from "@usher-auth/postgres";
import pg from "pg";
import postgres from "postgres";
import type { PreparedTables } from "../prepared-tables.ts";
import type { InjectionTarget } from "./suite.ts";

/** `pg`, with a pool of one connection. */
export async function openPg({ url, key }: PreparedTables): Promise<InjectionTarget> {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  pool.on("error", () => {}); // a fragment ends the connection
  const rows = createRows(pool, { key });
  return {
    run: async (principal, statements) => {
      const bound = rows.for(principal);
      const [text = ""] = statements;
      if (statements.length === 1) return (await bound.query(text)).rows;
      return bound.transaction(async (client) => {
        const found: unknown[] = [];
        for (const each of statements) found.push(...(await client.query(each)).rows);
        return found;
      });
    },
    raw: async (text) => (await pool.query(text)).rows,
    close: () => pool.end(),
  };
}

function reject(error: unknown): never {
  throw error;
}

/** postgres.js, with a pool of one connection. */
export async function openPostgresJs({ url, key }: PreparedTables): Promise<InjectionTarget> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const rows = createRows(sql, { key });
  return {
    run: async (principal, statements) => {
      const bound = rows.for(principal);
      const [text = ""] = statements;
      if (statements.length === 1) return bound.unsafe(text);
      return bound.begin(async (transaction) => {
        const found: unknown[] = [];
        for (const each of statements) found.push(...(await transaction.unsafe(each)));
        return found;
      });
    },
    // After the end of a connection, postgres.js rejects one more query with the same error.
    raw: (text) =>
      sql.unsafe(text).catch((error) => (error.code === "57P01" ? sql.unsafe(text) : reject(error))),
    close: () => sql.end(),
  };
}
