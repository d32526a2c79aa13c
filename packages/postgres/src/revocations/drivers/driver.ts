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

/** The events of a connection that listens. */
export interface ConnectionEvents {
  readonly channel: string;
  /** A NOTIFY arrived on the channel. */
  notified(): void;
  /** The connection broke. */
  lost(): void;
  /** Closes the connection when aborted, also while it is being opened. */
  readonly signal: AbortSignal;
}

/** What the store needs from a database: all that differs between postgres.js and PGlite. */
export interface Driver extends Queries {
  /** Opens a connection. With events, it listens on their channel. */
  connect(events?: ConnectionEvents): Promise<Connection>;
  /** Runs several statements in one transaction. */
  run(script: string): Promise<void>;
}
