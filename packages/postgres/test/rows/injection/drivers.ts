import { createRows } from "@usher-auth/postgres";
import { kyselyRows } from "@usher-auth/postgres/kysely";
import { CompiledQuery } from "kysely";
import pg from "pg";
import postgres from "postgres";
import type { RowPrincipal } from "../../../src/rows/binding/principal.ts";
import type { PreparedTables } from "../prepared-tables.ts";
import type { InjectionTarget } from "./suite.ts";

/** Runs one statement, and returns its rows. */
type Run = (text: string) => PromiseLike<readonly unknown[]>;

/** A statement by itself, and a transaction, of one driver or ORM. */
interface Runs {
  alone(principal: RowPrincipal): Run;
  transaction(principal: RowPrincipal, use: (run: Run) => Promise<unknown[]>): PromiseLike<unknown>;
}

function runWith({ alone, transaction }: Runs): InjectionTarget["run"] {
  return async (principal, statements) => {
    const [text = ""] = statements;
    if (statements.length === 1) return alone(principal)(text);
    return transaction(principal, async (run) => {
      const found: unknown[] = [];
      for (const each of statements) found.push(...(await run(each)));
      return found;
    });
  };
}

/** Over a pool of `pg` with one connection. */
function overPg({ url }: PreparedTables, runs: (pool: pg.Pool) => Runs): InjectionTarget {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  pool.on("error", () => {}); // a fragment ends the connection
  return {
    run: runWith(runs(pool)),
    raw: async (text) => (await pool.query(text)).rows,
    close: () => pool.end(),
  };
}

/** Over a client of postgres.js with one connection. */
function overPostgresJs({ url }: PreparedTables, runs: (sql: postgres.Sql) => Runs): InjectionTarget {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  return {
    run: runWith(runs(sql)),
    // After the end of a connection, postgres.js rejects one more query with the same error.
    raw: (text) =>
      sql.unsafe(text).catch((error) => (error.code === "57P01" ? sql.unsafe(text) : reject(error))),
    close: () => sql.end(),
  };
}

function reject(error: unknown): never {
  throw error;
}

type Open = (tables: PreparedTables) => Promise<InjectionTarget>;

const openPg: Open = async (tables) =>
  overPg(tables, (pool) => {
    const rows = createRows(pool, { key: tables.key });
    return {
      alone: (principal) => async (text) => (await rows.for(principal).query(text)).rows,
      transaction: (principal, use) =>
        rows.for(principal).transaction((client) => use(async (text) => (await client.query(text)).rows)),
    };
  });

const openPostgresJs: Open = async (tables) =>
  overPostgresJs(tables, (sql) => {
    const rows = createRows(sql, { key: tables.key });
    return {
      alone: (principal) => (text) => rows.for(principal).unsafe(text),
      transaction: (principal, use) =>
        rows.for(principal).begin((transaction) => use((text) => transaction.unsafe(text))),
    };
  });

const openKysely: Open = async (tables) =>
  overPg(tables, (pool) => {
    const rows = kyselyRows<Record<string, never>>(pool, { key: tables.key });
    return {
      alone: (principal) => async (text) =>
        (await rows.for(principal).executeQuery(CompiledQuery.raw(text))).rows,
      transaction: (principal, use) =>
        rows
          .for(principal)
          .transaction()
          .execute((database) =>
            use(async (text) => (await database.executeQuery(CompiledQuery.raw(text))).rows),
          ),
    };
  });

/** The drivers and Kysely. Drizzle and Prisma have their own files. */
export const drivers: Readonly<Record<string, Open>> = {
  pg: openPg,
  "postgres.js": openPostgresJs,
  Kysely: openKysely,
};
