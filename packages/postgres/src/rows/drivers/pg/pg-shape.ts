/**
 * The parts of `pg` that are used here. They are described, not imported: the package needs no driver.
 *
 * A query of several statements extends the class `Query` of the user's own `pg`, and sends its messages as
 * pg-cursor does. test/rows/pg/pg-internals.test.ts names each part that pg does not document.
 */

/** What identifies a pool: a client has `connect` and `query` too, but counts nothing. */
export interface PgPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

export type ReleaseClient = (destroy?: boolean) => void;

export interface ConnectedPool extends PgPool {
  connect(taken: (error: Error | undefined, client: PgClient, release: ReleaseClient) => void): void;
  on(event: "error", listener: (error: Error) => void): unknown;
}

export interface PgClient {
  query(query: object | string, done?: (error: Error | null) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  removeListener(event: "error", listener: (error: Error) => void): unknown;
  /** `I`: idle, `T`: in a transaction, `E`: in a failed transaction. Since pg 8.21. */
  getTransactionStatus(): string | null;
  /** Since pg 8.23. In this mode, pg refuses cursors. */
  pipeline?: boolean;
  readonly connection: PgConnection;
  readonly constructor: unknown;
  readonly processID?: number | null;
}

export interface PgConnection {
  readonly stream: { destroy(): unknown };
  readonly parsedStatements: Record<string, unknown>;
  parse(statement: { text: string; name?: string | undefined }): void;
  bind(values: { values?: readonly string[] | undefined; statement?: string | undefined }): void;
  execute(portal?: object): void;
  sync(): void;
}

/** The class `Query` of pg, of which a subclass may use the methods that pg calls. */
export interface PgQuery {
  name: string | undefined;
  text: string;
  prepare(connection: PgConnection): void;
  _getRows(connection: PgConnection, rows?: number): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: PgConnection): void;
  handleReadyForQuery(connection: PgConnection): void;
  handleError(error: Error, connection: PgConnection): void;
}

export type PgQueryClass = new (config: object, values: undefined, done: QueryDone) => PgQuery;

export type QueryDone = (error: Error | null | undefined, result: PgResult) => void;

/** The result of a query, as pg returns it. */
export interface PgResult<Row = Record<string, unknown>> {
  readonly rows: Row[];
  readonly rowCount: number | null;
  readonly command: string;
  readonly oid: number;
  readonly fields: PgField[];
}

/** A column of a result. */
export interface PgField {
  readonly name: string;
  readonly tableID: number;
  readonly columnID: number;
  readonly dataTypeID: number;
  readonly dataTypeSize: number;
  readonly dataTypeModifier: number;
  readonly format: string;
}

/** Whether `driver` is a pool of `pg`. Its packages need not be the same copy. */
export function isPgPool(driver: object): driver is ConnectedPool {
  const { connect, query, totalCount, idleCount } = driver as Record<string, unknown>;
  return (
    typeof connect === "function" &&
    typeof query === "function" &&
    typeof totalCount === "number" &&
    typeof idleCount === "number"
  );
}
