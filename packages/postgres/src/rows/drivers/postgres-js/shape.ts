/**
 * The parts of postgres.js that are used here. They are described, not imported: the package needs no driver.
 *
 * postgres.js documents neither how a query gets to a connection nor a way to take a connection without a
 * round trip (`reserve()` never answers where `fetch_types` is false).
 * test/rows/postgres-js/internals.test.ts names each part that it does not document.
 */

/** A client, `postgres(url)`, or the `client` of `openPool`. */
export interface PostgresJsClient {
  /** A tagged template is a query. Other values make the parts of one. */
  (first: unknown, ...rest: unknown[]): unknown;
  readonly options: ClientOptions;
  unsafe(text: string, values?: unknown[], options?: object): unknown;
  begin(...input: never[]): unknown;
  typed(value: unknown, type: number): unknown;
}

interface ClientOptions {
  /** False: the pool may be behind a pooler that does not keep prepared statements. */
  readonly prepare?: boolean | undefined;
  /** By type. They may throw. */
  readonly serializers: Readonly<Record<number, (value: unknown) => unknown>>;
}

/** A query. It does nothing until it is awaited: then it calls its handler. */
export interface Query extends PromiseLike<unknown> {
  readonly strings: readonly string[];
  readonly args: readonly unknown[];
  readonly tagged: boolean;
  readonly options: { readonly prepare?: boolean };
  handler: (query: Query) => void;
  canceller: ((query: Query) => unknown) | null;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
  /** Its answer is being read. */
  active: boolean;
  simple: () => unknown;
  /** Not sent, or not again. */
  cancelled: unknown;
  /** The error after which postgres.js would send a prepared statement again. */
  retried: unknown;
  /** The types of its parameters are asked for in a separate round trip. */
  describeFirst: unknown;
  /** Ours: called when the types are known and the values are written. */
  described?: () => void;
  statement: { types: number[] } | null;
  isRaw?: boolean | "values";
  cursorRows?: number;
  cursorFn?: (rows: unknown) => unknown;
  forEachFn?: (row: unknown) => void;
  onlyDescribe?: boolean;
}

/** A connection of the pool. `onexecute`, an option of a query, is called with the one that it is sent on. */
export interface Connection {
  /** Writes a query. False: nothing more may be written until `reserved` is called. */
  execute(query: Query): unknown;
  /**
   * Called when every query is answered and a transaction is open. Outside a transaction, the connection goes
   * back to the pool instead, unless `release` is true.
   */
  reserved: (Reserved & { release?: boolean }) | null;
  /** Called once when the connection is closed. `reserved` is null by then. */
  onclose: ((error: Error) => void) | null;
  queue: { remove(connection: Connection): unknown };
  readonly idleTimer: { cancel(): void };
  terminate(): void;
}

type Reserved = () => void;

/** Part of a query that `sql(…)` makes. */
export interface Builder {
  build(before: string, values: unknown[], types: number[], options: ClientOptions): string;
}

/** Whether `driver` is a client of postgres.js: not one that was reserved, and not a transaction. */
export function isPostgresJs(driver: object): driver is PostgresJsClient {
  const { begin, unsafe, typed, options, savepoint, release } = driver as unknown as Record<string, unknown>;
  return (
    [driver, begin, unsafe, typed].every((part) => typeof part === "function") &&
    typeof options === "object" &&
    savepoint === undefined &&
    release === undefined
  );
}
