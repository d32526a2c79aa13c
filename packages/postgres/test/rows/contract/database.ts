import { type FaultProxy, startFaultProxy } from "@usher-auth/e2e/fault-proxy";
import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import { policySql } from "@usher-auth/postgres";
import postgres from "postgres";
import { prepareTables } from "../prepared-tables.ts";

/** A database with the tables of prepared-tables.ts. */
export interface RowsDatabase {
  /** For the option `key`. */
  readonly key: string | undefined;
  /** For a server: how the API connects, through a proxy that breaks connections. */
  readonly url: string;
  readonly proxy: FaultProxy | undefined;
  /** The port of the server itself. 0: not a server. */
  readonly serverPort: number;
  /** Runs a statement as the superuser. */
  admin(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/**
 * A table whose constraint and trigger are deferred to the commit. The trigger writes a note of the
 * principal that the transaction runs for.
 */
export const deferredTables = `
  create table pairs (id serial primary key, owner_id text not null,
    twin integer references pairs deferrable initially deferred);
  ${policySql({ table: "pairs", owner: "owner_id" })}
  grant usage on all sequences in schema public to usher_api;
  create function write_note() returns trigger language plpgsql as
    $$ begin insert into notes (body) values ('by trigger'); return null; end $$;
  create constraint trigger write_note after insert on pairs deferrable initially deferred
    for each row execute function write_note();`;

/** A real server. In hardened mode, the API connects as a user without rights. */
export async function openServer(mode: "hardened" | "named"): Promise<RowsDatabase> {
  const server: PostgresServer = await startPostgres({ settings: { max_connections: "60" } });
  const tables = await prepareTables(server, mode);
  await runScript(tables.ownerUrl, deferredTables);
  const proxy = await startFaultProxy(server.port);
  const url = new URL(tables.url);
  url.port = String(proxy.port);
  const admin = postgres(tables.adminUrl, { max: 2, onnotice: () => {} });
  return {
    key: tables.key,
    url: url.href,
    proxy,
    serverPort: server.port,
    admin: async (text, values = []) => [...(await admin.unsafe(text, values as never[]))],
    close: async () => {
      await admin.end();
      await proxy.close();
      await server.stop();
    },
  };
}

async function runScript(url: string, script: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql.unsafe(script).finally(() => sql.end());
}
