import { createHash } from "node:crypto";
import type { PgClient } from "./pg-shape.ts";
import type { PgStatement } from "./statement.ts";

/** So many texts are prepared on one connection. Further ones run unprepared: Postgres keeps each until it ends. */
const limit = 100;

const namesOf = new WeakMap<PgClient, Map<string, string>>();

/** A statement with a name, under which `pg` prepares it, unless it has one or there are too many. */
export function withName(client: PgClient, statement: PgStatement): PgStatement {
  if (statement.name !== undefined) return statement;
  const { text } = statement;
  const names = namesOf.get(client) ?? new Map<string, string>();
  namesOf.set(client, names);
  const name = names.get(text) ?? (names.size < limit ? statementName(text) : undefined);
  if (name === undefined) return statement;
  names.set(text, name);
  return { ...statement, name };
}

/**
 * A name that only this text has: on a connection that a pooler gives to several clients, the same name is
 * the same statement.
 */
export function statementName(text: string): string {
  return `usher_${createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
}
