import { ConfigurationError } from "@usher-auth/verify";

/** The role in which requests run: without login, with only the grants that requests need. */
export const requestRoleName = "usher_api";

/**
 * A table: its name, with its schema in front if need be (`tasks`, `app.tasks`), or a table of Drizzle. Names
 * are taken as they are, as if they were quoted.
 *
 * @example
 * ```ts
 * import type { TableName } from "@usher-auth/postgres";
 *
 * export const tables: TableName[] = ["tasks", "archive.tasks"];
 * ```
 */
export type TableName = string | object;

/** The parts of a table's name. Without a schema, Postgres finds the table on the search path. */
export interface TablePath {
  readonly schema?: string | undefined;
  readonly name: string;
}

/** Where a Drizzle table keeps its name: registered symbols, so that Drizzle need not be imported. */
const drizzleName = Symbol.for("drizzle:Name");
const drizzleSchema = Symbol.for("drizzle:Schema");

/** An optional schema and a name, each plain or in quotes. */
const tablePath = /^(?:("(?:[^"]|"")+"|[^".]+)\.)?("(?:[^"]|"")+"|[^".]+)$/;

/** @throws {ConfigurationError} It is not a table's name. */
export function readTableName(table: TableName): TablePath {
  if (typeof table === "string") {
    const [, schema, name] = tablePath.exec(table) ?? [];
    if (name !== undefined) {
      return { schema: schema === undefined ? undefined : withoutQuotes(schema), name: withoutQuotes(name) };
    }
  } else {
    const { [drizzleName]: name, [drizzleSchema]: schema } = Object(table) as Record<symbol, unknown>;
    if (typeof name === "string") return { schema: typeof schema === "string" ? schema : undefined, name };
  }
  throw new ConfigurationError('a table must be a name such as "tasks" or "app.tasks", or a Drizzle table');
}

function withoutQuotes(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

/** The table in SQL, quoted. */
export function quoteTable({ schema, name }: TablePath): string {
  return schema === undefined ? quoteName(name) : `${quoteName(schema)}.${quoteName(name)}`;
}

/** An identifier in SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string constant in SQL. The same whatever `standard_conforming_strings` says. */
export function quoteText(text: string): string {
  const quoted = text.replaceAll("'", "''");
  return quoted.includes("\\") ? `E'${quoted.replaceAll("\\", "\\\\")}'` : `'${quoted}'`;
}
