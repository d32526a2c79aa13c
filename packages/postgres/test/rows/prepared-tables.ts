import { randomBytes } from "node:crypto";
import type { PostgresServer } from "@usher-auth/e2e/postgres";
import { migrateRows, policySql } from "@usher-auth/postgres";
import { migrateRevocations } from "@usher-auth/postgres/revocations";
import postgres from "postgres";

/** A database with isolated tables and rows of alice and bob, on a real server. */
export interface PreparedTables {
  /** As the API connects: hardened, a user without any rights; named, the owner of the tables. */
  readonly url: string;
  /** As the owner of the tables, who migrates. */
  readonly ownerUrl: string;
  /** As the superuser: sees and changes everything. */
  readonly adminUrl: string;
  /** For the option `key`. Undefined in named mode. */
  readonly key: string | undefined;
}

/** The ids of the users in `documents`, whose owner is a uuid. */
export const uuidOf = {
  alice: "a11ce000-0000-4000-8000-000000000001",
  bob: "b0b00000-0000-4000-8000-000000000002",
} as const;

/**
 * `notes` (owner: text), `documents` (owner: uuid), `projects` (owner and tenant: text), `boards` (tenant:
 * text), and `counters` (owner: integer, 1 and 2).
 */
export const tables = `
  create table notes (id serial primary key, owner_id text not null, body text not null);
  create table documents (id serial primary key, owner_id uuid not null, body text not null);
  create table counters (id serial primary key, owner_id integer not null, body text not null);
  create table projects (id serial primary key, owner_id text not null, org_id text not null, body text not null);
  create table boards (id serial primary key, org_id text not null, body text not null);

  ${policySql({ table: "notes", owner: "owner_id" })}
  ${policySql({ table: "documents", owner: "owner_id", type: "uuid" })}
  ${policySql({ table: "counters", owner: "owner_id", type: "integer" })}
  ${policySql({ table: "projects", owner: "owner_id", tenant: "org_id" })}
  ${policySql({ table: "boards", tenant: "org_id" })}
  grant usage on all sequences in schema public to usher_api;`;

/** Inserted as the superuser: row-level security is forced on the owner of the tables too. */
export const rows = `
  truncate notes, documents, counters, projects, boards restart identity;
  insert into notes (owner_id, body) values ('alice', 'note of alice'), ('bob', 'secret of bob');
  insert into documents (owner_id, body)
    values ('${uuidOf.alice}', 'document of alice'), ('${uuidOf.bob}', 'secret of bob');
  insert into counters (owner_id, body) values (1, 'counter of alice'), (2, 'secret of bob');
  insert into projects (owner_id, org_id, body) values
    ('alice', 'acme', 'project of alice at acme'), ('alice', 'other', 'project of alice elsewhere'),
    ('bob', 'acme', 'secret of bob');
  insert into boards (org_id, body) values ('acme', 'board of acme'), ('other', 'board elsewhere');
  analyze notes, documents, counters, projects, boards;`;

/** Creates a database on the server. Roles are shared by all databases of a server. */
export async function prepareTables(
  server: PostgresServer,
  mode: "hardened" | "named" = "hardened",
): Promise<PreparedTables> {
  const adminUrl = await server.createDatabase();
  const database = new URL(adminUrl).pathname.slice(1);
  await runScript(
    server.url,
    `select pg_advisory_xact_lock(1);
    do $roles$ begin
      if not exists (select from pg_roles where rolname = 'migrations') then
        create role migrations login createrole password 'test';
      end if;
    end $roles$;
    alter database ${database} owner to migrations;`,
  );
  await runScript(adminUrl, "alter schema public owner to migrations");
  const ownerUrl = urlOf(adminUrl, "migrations");
  const key = mode === "hardened" ? randomBytes(32).toString("base64url") : undefined;
  const owner = postgres(ownerUrl, { max: 1, onnotice: () => {} });
  try {
    if (key === undefined) await migrateRows(owner);
    else await migrateRows(owner, { keys: [key], login: "api_login" });
    await migrateRevocations(owner);
    await owner.unsafe(tables);
  } finally {
    await owner.end();
  }
  await runScript(adminUrl, rows);
  if (key === undefined) return { url: ownerUrl, ownerUrl, adminUrl, key };
  await runScript(server.url, "select pg_advisory_xact_lock(1); alter role api_login password 'test'");
  return { url: urlOf(adminUrl, "api_login"), ownerUrl, adminUrl, key };
}

/** Takes the rows back to what {@link prepareTables} wrote. `run` is the superuser's. */
export async function resetRows(run: (script: string) => PromiseLike<unknown>): Promise<void> {
  await run(rows);
}

function urlOf(adminUrl: string, user: string): string {
  const url = new URL(adminUrl);
  url.username = user;
  url.password = "test";
  return url.href;
}

async function runScript(url: string, script: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(script);
  } finally {
    await sql.end();
  }
}
