import { type Queries, queriesOf, type SqlClient } from "./client.ts";
import { rowsSchemaSql } from "./functions.ts";
import { storedKey } from "./keys.ts";
import { grantToCurrentUser, loginSql } from "./login.ts";

/**
 * Options of {@link migrateRows}.
 *
 * @example
 * ```ts
 * import type { RowsMigrationOptions } from "@usher-auth/postgres";
 *
 * export const hardened: RowsMigrationOptions = { keys: [process.env.USHER_ROWS_KEY ?? ""], login: "api" };
 * ```
 */
export interface RowsMigrationOptions {
  /**
   * Keys that prove a principal, each at least 32 bytes; a string counts in UTF-8. They are added to those
   * that the database has. The first key makes it hardened. Default: none is added.
   */
  readonly keys?: readonly (string | Uint8Array)[] | undefined;
  /**
   * The user that the API connects as. Created, without a password, unless it exists. Default: the user who
   * migrates.
   */
  readonly login?: string | undefined;
  /** Removes all keys but `keys`: the last step of a rotation. Default false. */
  readonly removeOtherKeys?: boolean | undefined;
}

/**
 * What {@link migrateRows} found and did.
 *
 * @example
 * ```ts
 * import type { RowsMigration } from "@usher-auth/postgres";
 *
 * export const isHardened = ({ mode }: RowsMigration): boolean => mode === "hardened";
 * ```
 */
export interface RowsMigration {
  /** `hardened`: a principal needs a proof. `named`: the database trusts the setting `usher.user_id`. */
  readonly mode: "hardened" | "named";
  /** The names of the keys that were added. A name is a hash: it reveals nothing about its key. */
  readonly added: readonly string[];
  /** The names of the other keys in the database: old ones, after a rotation. */
  readonly others: readonly string[];
  /** The user `login` is new, and has no password. */
  readonly createdLogin: boolean;
}

/** The key of the advisory lock on this migration: an arbitrary number, the same in every replica. */
const lock = 7_365_689;

/**
 * Creates or updates what row isolation builds on: the role `usher_api`, the schema `usher` and its
 * functions, the keys, and the rights of the user that the API connects as. Idempotent; run it as the owner
 * of your tables, before your own migrations. Replicas that start together wait for each other, also behind a
 * pooler in transaction mode: a transaction holds the lock.
 *
 * It does not create policies: see `policySql`, and `ownerPolicy` of `@usher-auth/postgres/drizzle`.
 *
 * @throws {ConfigurationError} A key is too short, or the client is of no known kind.
 * @throws The database's error, for example if the user may not create a role; it says what an administrator
 *   must run.
 *
 * @example
 * ```ts
 * import { migrateRows } from "@usher-auth/postgres";
 * import postgres from "postgres";
 *
 * export async function migrate(url: string, key: string) {
 *   const sql = postgres(url, { max: 1 });
 *   await migrateRows(sql, { keys: [key], login: "api" });
 *   await sql.end();
 * }
 * ```
 */
export async function migrateRows(
  client: SqlClient,
  options: RowsMigrationOptions = {},
): Promise<RowsMigration> {
  const { keys = [], login, removeOtherKeys = false } = options;
  // All checked before anything runs.
  const given = keys.map(storedKey);
  const database = queriesOf(client);
  const createdLogin = login !== undefined && !(await hasRole(database, login));
  await database.run(`
select pg_advisory_xact_lock(${lock});
${rowsSchemaSql()}
${login === undefined ? grantToCurrentUser : loginSql(login)}`);

  const added: string[] = [];
  for (const { id, innerPad, outerPad } of given) {
    // Parameters, not text: pg_stat_activity and pg_stat_statements show texts.
    const rows = await database.query(
      `insert into usher.principal_keys (id, inner_pad, outer_pad)
       values ($1, decode($2, 'hex'), decode($3, 'hex')) on conflict do nothing returning id`,
      [id, innerPad, outerPad],
    );
    if (rows.length > 0) added.push(id);
  }
  const ids = given.map(({ id }) => id);
  if (removeOtherKeys && ids.length > 0) {
    await database.query("delete from usher.principal_keys where id <> all (string_to_array($1, ','))", [
      ids.join(","),
    ]);
  }
  const all = await keyIds(database);
  return {
    mode: all.length > 0 ? "hardened" : "named",
    added,
    others: all.filter((id) => !ids.includes(id)),
    createdLogin,
  };
}

async function hasRole(database: Queries, name: string): Promise<boolean> {
  return (await database.query("select from pg_roles where rolname = $1", [name])).length > 0;
}

async function keyIds(database: Queries): Promise<string[]> {
  const rows = await database.query("select id from usher.principal_keys order by created_at, id");
  return rows.map(({ id }) => String(id));
}
