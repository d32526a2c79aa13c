import type { PostgresJsClient, Query } from "./shape.ts";

const refused = ["close", "end", "file", "largeObject", "listen", "notify", "reserve", "subscribe"] as const;

type Refused = (typeof refused)[number];

/**
 * A client of postgres.js whose queries run for one principal: tagged templates and their parts, `unsafe`,
 * `begin`, `json`, `array`, `typed`, `options`. What cannot run for a principal (`listen`, `reserve`, `file`
 * and so on) is a type error, and throws.
 *
 * @example
 * ```ts
 * import { createRows, type BoundSql } from "@usher-auth/postgres";
 * import postgres from "postgres";
 *
 * const rows = createRows(postgres(process.env.DATABASE_URL ?? ""));
 *
 * export async function readNotes(principal: { id: string }) {
 *   const sql: BoundSql<postgres.Sql> = rows.for(principal);
 *   return sql<{ body: string }[]>`select body from notes`; // no where: there are no other rows
 * }
 * ```
 */
export type BoundSql<Sql> = Sql & Readonly<Record<Refused, never>>;

const refusals = Object.fromEntries(
  refused.map((name) => [
    name,
    () => {
      throw notForPrincipal(`${name}()`);
    },
  ]),
);

const shared = ["CLOSE", "END", "PostgresError", "array", "json", "options", "typed", "types"] as const;

/** What the clients of all principals have in common: made once. */
export function commonParts(sql: PostgresJsClient): object {
  const parts = Object.fromEntries(shared.map((name) => [name, Reflect.get(sql, name)]));
  return Object.assign(Object.create(Function.prototype), refusals, parts);
}

/** A client whose queries go to `handler`. */
export function sqlFor(
  { sql, common }: { readonly sql: PostgresJsClient; readonly common: object },
  handler: (query: Query) => void,
  more: object,
): PostgresJsClient {
  const bound = (first: unknown, ...rest: unknown[]) => {
    const made = sql(first, ...rest);
    return isTemplate(first) ? bind(made as Query, handler) : made;
  };
  const unsafe = (text: string, values: unknown = [], options: object = {}) => {
    const [given, settings] = Array.isArray(values) ? [values, options] : [[], values as object];
    if ((settings as { simple?: boolean }).simple === true) throw notForPrincipal("the simple protocol");
    return bind(sql.unsafe(text, given, settings) as Query, handler);
  };
  Object.setPrototypeOf(bound, common);
  return Object.assign(bound, { unsafe }, more) as unknown as PostgresJsClient;
}

function isTemplate(first: unknown): boolean {
  return Array.isArray((first as { raw?: unknown } | undefined)?.raw);
}

function bind(query: Query, handler: (query: Query) => void): Query {
  query.handler = handler;
  query.simple = simple;
  return query;
}

/** Called by `readable()` and `writable()` too. */
function simple(): never {
  throw notForPrincipal("the simple protocol (simple(), readable(), writable())");
}

function notForPrincipal(what: string): Error {
  return new Error(`${what} cannot run for a principal`);
}
