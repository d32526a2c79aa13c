/** One row of an answer, by column. */
export type Row = Readonly<Record<string, unknown>>;

/** Asks the database. Values are texts and numbers, so that every driver writes them alike. */
export interface Queries {
  /**
   * @throws When the database refuses, cannot be reached, or does not answer within the driver's deadline.
   */
  query(text: string, values?: readonly (string | number)[]): Promise<readonly Row[]>;
}

/** A connection that nobody else uses. */
export interface Connection extends Queries {
  /** Ends it, at once. Never waits for a peer that does not answer, and never throws. */
  close(): Promise<void>;
}

/** What a connection tells. */
export interface ConnectionEvents {
  readonly channel: string;
  /** Somebody has sent a NOTIFY on the channel. */
  notified(): void;
  /** The connection has broken. */
  lost(): void;
  /** Ends it when aborted, and the attempt to open it. */
  readonly signal: AbortSignal;
}

/** What the store needs of a database, and all that differs between postgres.js and PGlite. */
export interface Driver extends Queries {
  /** Opens a connection, which listens where it is told on what channel. */
  connect(events?: ConnectionEvents): Promise<Connection>;
  /** Runs several statements in one transaction. */
  run(script: string): Promise<void>;
}
