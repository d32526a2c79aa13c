import type { ExtractTablesWithRelations } from "drizzle-orm";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import type * as schema from "./schema.ts";

type Schema = typeof schema;

/**
 * A raw connection to the database, with the rights of the user that connected. Nothing outside of `src/db` ever gets
 * one: what a handler gets is {@link PrincipalRows}.
 */
export type Client = PgDatabase<PgQueryResultHKT, Schema, ExtractTablesWithRelations<Schema>>;

/**
 * Queries bound to one principal: only the principal's rows are visible through it, and none can be written for anybody
 * else, whatever the query says. Good until the function that it was handed to has finished.
 *
 * It has no `execute` and no `transaction`: neither is needed, and raw SQL could leave the role.
 */
export type PrincipalRows = Pick<Client, "select" | "insert" | "update" | "delete">;
