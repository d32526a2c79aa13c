import { ConfigurationError } from "@usher-auth/verify";
import { is } from "drizzle-orm";
import { PgDatabase, PgTransaction } from "drizzle-orm/pg-core";
import { cacheForWrites } from "./cache.ts";

/** What is used of a Drizzle database and is not documented: test/rows/drizzle/internals.test.ts names it. */
interface Internals {
  readonly dialect: object;
  readonly session: Session;
  readonly $client: unknown;
  readonly _: object;
  readonly query: Readonly<Record<string, object>>;
}

/** The sessions of all drivers are made like this. */
interface Session {
  readonly client: unknown;
  readonly schema: unknown;
  readonly options: { readonly logger?: unknown; readonly cache?: unknown };
}

type SessionClass = new (client: unknown, dialect: object, schema: unknown, options: object) => Session;

type DatabaseClass = new (dialect: object, session: Session, schema: unknown) => Internals;

/**
 * Makes the same database over another client: with its dialect, schema, logger and classes, without its
 * `$client` and its query cache.
 *
 * @throws {ConfigurationError} It is not a database, or Drizzle has changed.
 */
export function rebinding<Database extends object>(
  database: Database,
): { readonly client: unknown; bind(client: unknown): Database } {
  if (is(database, PgTransaction)) {
    throw new ConfigurationError("drizzleRows needs the database that drizzle() returns, not a transaction");
  }
  if (!is(database, PgDatabase)) {
    throw new ConfigurationError(
      "drizzleRows needs a Drizzle database over Postgres: what drizzle() returns",
    );
  }
  const { dialect, session, $client, _ } = database as unknown as Internals;
  if (session === undefined || $client === undefined || session.client !== $client) {
    throw new ConfigurationError("drizzleRows needs what drizzle() of drizzle-orm 0.45 returns");
  }
  const options = { ...session.options, cache: cacheForWrites(session.options.cache) };
  const SessionOfDriver = session.constructor as SessionClass;
  const DatabaseOfDriver = database.constructor as DatabaseClass;
  const sessionOf = (client: unknown) => new SessionOfDriver(client, dialect, session.schema, options);
  // What is the same for every principal. Its own session is never used.
  const shared = new DatabaseOfDriver(dialect, sessionOf(undefined), session.schema);
  const queries = lazyQueries(shared.query);
  const common = Object.create(shared, {
    _: {
      get(this: Internals) {
        return { ..._, session: this.session };
      },
    },
    query: {
      get(this: Internals) {
        return Object.create(queries, { [sessionOfQueries]: { value: this.session } });
      },
    },
  });
  return {
    client: $client,
    bind: (client) => {
      const bound = Object.create(common);
      bound.session = sessionOf(client);
      return bound;
    },
  };
}

const sessionOfQueries = Symbol("session");

/** The relational queries of each table, made when they are used: a schema may have hundreds of tables. */
function lazyQueries(builders: Readonly<Record<string, object>>): object {
  const queries = {};
  for (const [table, builder] of Object.entries(builders)) {
    Object.defineProperty(queries, table, {
      enumerable: true,
      get(this: { [sessionOfQueries]: Session }) {
        return Object.create(builder, { session: { value: this[sessionOfQueries] } });
      },
    });
  }
  return queries;
}
