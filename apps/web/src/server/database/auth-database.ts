import type { BetterAuthOptions } from "better-auth";

/** What Better Auth accepts as its `database`. */
export type Connection = NonNullable<BetterAuthOptions["database"]>;

/** Better Auth's own database. The API has a separate one and never reads this. */
export interface AuthDatabase {
  readonly connection: Connection;
  /** Whether several web processes can share it, and with it the count of sign-in attempts. */
  readonly shared: boolean;
  /** Runs a change of the schema while no other process runs one, over a connection without deadlines. */
  migrate(change: (connection: Connection) => Promise<void>): Promise<void>;
  /** Whether it answers queries now. Never throws. */
  answers(): Promise<boolean>;
  close(): Promise<void>;
}
