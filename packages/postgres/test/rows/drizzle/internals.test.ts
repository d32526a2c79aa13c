import { PGlite } from "@electric-sql/pglite";
import { drizzle as drizzlePg } from "drizzle-orm/node-postgres";
import { pgTable, text } from "drizzle-orm/pg-core";
import { drizzle as drizzlePglite } from "drizzle-orm/pglite";
import { drizzle as drizzlePostgresJs } from "drizzle-orm/postgres-js";
import pg from "pg";
import postgres from "postgres";
import { expect, test } from "vitest";

// What drizzleRows uses of Drizzle, and Drizzle does not document. A new version may change it.

const schema = { notes: pgTable("notes", { body: text() }) };

const databases = {
  pg: () => drizzlePg({ client: new pg.Pool(), schema }),
  "postgres.js": () => drizzlePostgresJs({ client: postgres(), schema }),
  PGlite: () => drizzlePglite({ client: new PGlite(), schema }),
};

test.each(Object.entries(databases))(
  "a database over %s has a dialect, and a session that is made of client, dialect, schema and options",
  (_name, open) => {
    const database = open() as unknown as Record<string, Record<string, unknown>>;
    const { dialect, session, $client } = database;
    expect(session).toMatchObject({ client: $client, dialect, options: {} });
    expect(Object.keys(Object(session?.schema))).toEqual(["fullSchema", "schema", "tableNamesMap"]);
    const Session = Object(session).constructor as new (...input: unknown[]) => Record<string, unknown>;
    const other = new Session("client", dialect, session?.schema, { logger: "logger", cache: "cache" });
    expect(other).toMatchObject({ client: "client", dialect, logger: "logger", cache: "cache" });
    const Database = Object(database).constructor as new (...input: unknown[]) => Record<string, object>;
    const bound = new Database(dialect, other, session?.schema);
    expect(bound).toMatchObject({ session: other, query: { notes: { session: other } } });
    expect(bound).not.toHaveProperty("$client");
  },
);
