import type { OpenRows, RowsAdapter } from "./adapter.ts";
import type { RowsDatabase } from "./database.ts";

/** What the tests of one part of the contract use. */
export interface Context {
  readonly adapter: RowsAdapter;
  readonly database: RowsDatabase;
  /** Three connections. */
  readonly rows: OpenRows;
}

/** A kind of database: its name, and how to open one. */
export interface DatabaseKind {
  readonly name: string;
  open(): Promise<RowsDatabase>;
  /** Whether connections can be lost: not where the database is in the process. */
  readonly isServer: boolean;
}
