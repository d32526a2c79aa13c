import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { PGlite } from "@electric-sql/pglite";
import { startPostgres } from "@usher-auth/e2e/postgres";
import {
  migrateRevocations,
  type RevocationDatabase,
  type RevocationStoreOptions,
} from "@usher-auth/postgres/revocations";
import pg from "pg";
import postgres from "postgres";

/** A database with the table, and access to it that bypasses the store. */
export type TestDatabase = {
  client: RevocationDatabase;
  /** Options of its store. */
  options?: RevocationStoreOptions;
  run(statements: string): Promise<readonly Record<string, unknown>[]>;
  /** COPY ... FROM STDIN, as in a restore. */
  copy(into: string, lines: string): Promise<void>;
  close(): Promise<void>;
};

/** The embedded database, in memory. */
export async function openPglite(): Promise<TestDatabase> {
  const client = await PGlite.create();
  await migrateRevocations(client);
  const run = async (statements: string) => (await client.exec(statements)).at(-1)?.rows ?? [];
  const copy = async (into: string, lines: string) => {
    await client.query(`copy ${into} from '/dev/blob'`, [], { blob: new Blob([lines]) });
  };
  return { client, run, copy, close: () => client.close() };
}

/** A separate Postgres server, by postgres.js or by pg. */
export async function openServer(driver: "postgres.js" | "pg" = "postgres.js"): Promise<TestDatabase> {
  const server = await startPostgres();
  const admin = connect(server.url);
  const client = driver === "pg" ? connectByPg(server.url) : admin;
  await migrateRevocations(client);
  const close = async () => {
    await Promise.all(client === admin ? [admin.end()] : [admin.end(), (client as pg.Pool).end()]);
    await server.stop();
  };
  return { client, ...accessOf(admin), close };
}

/** Access to a server that bypasses the store. */
export function accessOf(admin: postgres.Sql): Pick<TestDatabase, "run" | "copy"> {
  return {
    run: (statements) => admin.unsafe(statements),
    copy: async (into, lines) =>
      pipeline(Readable.from([lines]), await admin.unsafe(`copy ${into} from stdin`).writable()),
  };
}

export function connectByPg(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url });
  // A server that stops breaks idle connections, which must not end the process.
  pool.on("error", () => {});
  return pool;
}

export function connect(url: string): postgres.Sql {
  // With fetch_types, postgres.js ends the process when a connection breaks while it asks for the types.
  return postgres(url, { fetch_types: false, onnotice: () => {}, connect_timeout: 3, backoff: () => 0.1 });
}
