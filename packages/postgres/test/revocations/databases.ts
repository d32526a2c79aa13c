import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { PGlite } from "@electric-sql/pglite";
import { startPostgres } from "@usher-auth/e2e/postgres";
import { migrateRevocations, type RevocationDatabase } from "@usher-auth/postgres/revocations";
import postgres from "postgres";

/** A database with the table, and access to it that bypasses the store. */
export type TestDatabase = {
  client: RevocationDatabase;
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

/** A separate Postgres server. */
export async function openServer(): Promise<TestDatabase> {
  const server = await startPostgres();
  const client = connect(server.url);
  await migrateRevocations(client);
  const close = async () => {
    await client.end();
    await server.stop();
  };
  const copy = async (into: string, lines: string) =>
    pipeline(Readable.from([lines]), await client.unsafe(`copy ${into} from stdin`).writable());
  return { client, run: (statements) => client.unsafe(statements), copy, close };
}

export function connect(url: string): postgres.Sql {
  return postgres(url, { onnotice: () => {}, connect_timeout: 3, backoff: () => 0.1 });
}
