/** One row of a result, by column. */
export type Row = Readonly<Record<string, unknown>>;

/** Queries the database. Values are strings and numbers, which every driver encodes the same way. */
export interface Queries {
  /**
   * @throws When the database rejects the query, is unreachable, or does not answer within the driver's
   *   deadline.
   */
  query(text: string, values?: readonly (string | number)[]): Promise<readonly Row[]>;
}

/** A connection that is not shared. */
export interface Connection extends Queries {
  /** Closes it at once. Never waits for a peer that does not answer, and never throws. */
  close(): Promise<void>;
}

/** The events of a connection. */
export interface ConnectionEvents {
  /** To listen on. Names of small letters, digits and `_`. */
  readonly channels: readonly string[];
  /** A NOTIFY arrived on one of the channels. Behind a pooler, also on others. */
  notified(channel: string): void;
  /** The connection broke. */
  lost(): void;
  /** Closes the connection when aborted, also while it is being opened. */
  readonly signal: AbortSignal;
}

/** What the store needs from a database: all that differs between pg, postgres.js and PGlite. */
export interface Driver extends Queries {
  /** Opens a connection. With events, it listens on their channels. */
  connect(events?: ConnectionEvents): Promise<Connection>;
  /** Runs several statements in one transaction. */
  run(script: string): Promise<void>;
}

/**
 * How long an answer may take, in milliseconds. After that the connection counts as lost: it may be
 * half-open.
 */
export const deadline = 3_000;

/** How long to wait for a new connection, in milliseconds. */
export const connectTimeout = 3_000;

/** One simple query for all channels. At least one statement, so that the connection is opened. */
export function listenStatement(channels: readonly string[] = []): string {
  return channels.length === 0 ? "select" : channels.map((channel) => `listen ${channel}`).join("; ");
}
