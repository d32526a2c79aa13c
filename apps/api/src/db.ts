import { withDeadline } from "@usher-auth/postgres/connection";
import { type DrizzleDatabase, drizzleRows } from "@usher-auth/postgres/drizzle";
import type { RevocationStore } from "@usher-auth/verify/revocation";
import { sql } from "drizzle-orm";
import type * as schema from "./tasks/schema.ts";

/** The database, whose queries see and write the rows of one principal only. */
export type PrincipalRows = DrizzleDatabase<typeof schema>;

/** All that the rest of the API sees of the database. The raw client stays inside. */
export type Database = {
  /**
   * `server`: a Postgres server (postgres/open.ts). `embedded`: PGlite in this process (embedded/open.ts).
   */
  readonly kind: "server" | "embedded";
  /**
   * `hardened`: injected SQL cannot reach the rows of others. `named`: a forgotten condition cannot, injected
   * SQL can.
   */
  readonly mode: "hardened" | "named";
  /**
   * Runs `run` with the rows of `principal`. Each statement is a transaction, in one round trip.
   *
   * @throws {DatabaseUnavailableError} The database does not answer in time. A statement that was sent may
   *   still be committed.
   */
  withPrincipal<Result>(
    principal: { readonly id: string },
    run: (rows: PrincipalRows) => Promise<Result>,
  ): Promise<Result>;
  /** The revoked tokens, sessions and users, shared by all replicas. End subscriptions before `close`. */
  readonly revocations: RevocationStore;
  /** Whether the database answers a query within half of the deadline. Never throws. */
  isUp(): Promise<boolean>;
  /**
   * Whether the embedded database rejects writes because its disk is nearly full. A server reports that
   * itself.
   */
  isFull(): boolean;
  /** Waits up to 5 seconds for running queries, and closes. */
  close(): Promise<void>;
};

/** How rows are bound to a principal. */
export type RowSettings = {
  /** Proves the principal to a hardened database. */
  readonly key?: string | undefined;
  /** Milliseconds after which Postgres cancels a statement. */
  readonly statementTimeout: number;
};

/** How long a request waits for the database, in milliseconds. */
export const defaultDeadline = 5_000;

/**
 * Wraps a raw Drizzle client, which has all rights of the user that connected.
 *
 * @param options.deadline In milliseconds.
 * @param options.onOverdue Called when a query has not been answered within the deadline.
 */
export function createDatabase(options: {
  client: DrizzleDatabase<typeof schema>;
  kind: Database["kind"];
  mode: Database["mode"];
  rows: RowSettings;
  revocations: RevocationStore;
  deadline: number;
  onOverdue?: () => void;
  isFull?: () => boolean;
  close: () => Promise<void>;
}): Database {
  const {
    client,
    kind,
    rows: settings,
    mode,
    revocations,
    deadline,
    onOverdue = () => {},
    isFull = () => false,
    close,
  } = options;
  // A few fixed texts. Not prepared where the pool says so, because of a pooler.
  const rows = drizzleRows(client, { ...settings, prepare: true });
  return {
    kind,
    mode,
    revocations,
    isFull,
    close,
    withPrincipal: (principal, run) =>
      withDeadline(deadline, (signal) => {
        signal.addEventListener("abort", onOverdue);
        return run(rows.for(principal));
      }),
    isUp: () =>
      withDeadline(deadline / 2, (signal) => {
        signal.addEventListener("abort", onOverdue);
        return client.execute(sql`select 1`);
      }).then(
        () => true,
        () => false,
      ),
  };
}
