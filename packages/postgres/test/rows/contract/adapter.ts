import type { RowPrincipal, RowsOptions } from "@usher-auth/postgres";
import type { RowsDatabase } from "./database.ts";

/** A row of the table `notes`. */
export interface Note {
  readonly id: number;
  readonly owner_id: string;
  readonly body: string;
}

/** The operations of one principal that the contract needs, written with the driver or the ORM under test. */
export interface Notes {
  /** All of `notes` that it sees, by `id`. No `where`. */
  all(): Promise<Note[]>;
  /** Inserts a row into `notes`, and returns it. Without an owner, the column has its default. */
  insert(note: { body: string; owner_id?: string }): Promise<Note[]>;
  /** Sets columns of all rows with this body. Returns the changed rows. */
  update(body: string, set: { body?: string; owner_id?: string }): Promise<Note[]>;
  /** Deletes all rows with this body. Returns them. */
  remove(body: string): Promise<Note[]>;
  /** A statement in SQL. Returns its rows, as objects. */
  raw(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** In a transaction, and inside one, in a savepoint. */
  transaction<Result>(run: (notes: Notes) => Promise<Result>): Promise<Result>;
  /**
   * A query that is built now and runs when it is called, with what the ORM built: `all()` of before. Left
   * out where a query cannot be built without being run.
   */
  lazyAll?(): () => Promise<Note[]>;
  /** The rows of a statement, a few at a time. Left out where the driver has no cursors. */
  stream?(text: string, size: number): AsyncIterable<Record<string, unknown>>;
}

/** A pool of connections of the driver, with rows. */
export interface OpenRows {
  for(principal: RowPrincipal): Notes;
  close(): Promise<void>;
}

export interface RowsAdapter {
  readonly name: string;
  /** Opens at most `max` connections to the database. */
  open(database: RowsDatabase, settings: { max: number; options?: RowsOptions }): Promise<OpenRows>;
}
