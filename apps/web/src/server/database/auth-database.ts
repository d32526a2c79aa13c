import type { BetterAuthOptions } from "better-auth";

/** Better Auth's own database. The API has a separate one and never reads this. */
export interface AuthDatabase {
  /** As Better Auth accepts it. */
  readonly connection: NonNullable<BetterAuthOptions["database"]>;
  /** Whether several web processes can share it, and with it the count of sign-in attempts. */
  readonly shared: boolean;
  /** Runs a change of the schema while no other process runs one, and without deadlines for its queries. */
  migrate(change: () => Promise<void>): Promise<void>;
  /** Whether it answers queries now. Never throws. */
  answers(): Promise<boolean>;
  close(): Promise<void>;
}
