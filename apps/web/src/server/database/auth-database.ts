import type { BetterAuthOptions } from "better-auth";

/** Better Auth's own database. The API has another one and never reads this. */
export interface AuthDatabase {
  /** As Better Auth takes it. */
  readonly connection: NonNullable<BetterAuthOptions["database"]>;
  /** Whether several web processes may share it, and with it the count of sign-in attempts. */
  readonly shared: boolean;
  /** Runs a change of the schema while no other process runs one. */
  whileAlone(change: () => Promise<void>): Promise<void>;
  /** Whether it can be asked anything just now. Never throws. */
  answers(): Promise<boolean>;
  close(): Promise<void>;
}
