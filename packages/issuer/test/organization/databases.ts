import { DatabaseSync } from "node:sqlite";
import { PGlite } from "@electric-sql/pglite";
import { startPostgres } from "@usher-auth/e2e/postgres";
import type { BetterAuthOptions } from "better-auth";
import { Kysely, PGliteDialect } from "kysely";
import { Pool } from "pg";
import { afterAll, beforeAll, onTestFinished } from "vitest";

type Database = NonNullable<BetterAuthOptions["database"]>;

/** A kind of database that Better Auth can keep its tables in. */
export interface DatabaseKind {
  readonly name: "SQLite" | "PGlite" | "Postgres";
  /** Whether a transaction keeps all other queries waiting. */
  readonly oneAtATime: boolean;
  /** An empty database, closed when the test is over. */
  open(): Promise<Database>;
}

export const sqlite: DatabaseKind = {
  name: "SQLite",
  oneAtATime: true,
  open: async () => new DatabaseSync(":memory:"),
};

/** One embedded database for the tests of this file, emptied for each. */
export function pgliteKind(): DatabaseKind {
  let pglite: PGlite;
  beforeAll(async () => {
    pglite = await PGlite.create();
  });
  afterAll(() => pglite?.close());
  return {
    name: "PGlite",
    oneAtATime: true,
    async open() {
      await pglite.exec("drop schema public cascade; create schema public");
      const db = new Kysely({ dialect: new PGliteDialect({ pglite }) });
      return { db, type: "postgres", transaction: true };
    },
  };
}

/** A Postgres server for the tests of this file. */
export function postgresKind(): DatabaseKind {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());
  return {
    name: "Postgres",
    oneAtATime: false,
    async open() {
      const pool = new Pool({ connectionString: await server.createDatabase() });
      pool.on("error", () => undefined);
      onTestFinished(() => pool.end());
      return pool;
    },
  };
}
