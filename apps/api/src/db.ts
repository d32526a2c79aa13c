import {
  type DrizzleDatabase,
  type PrincipalRows as PrincipalRowsOf,
  withPrincipal,
} from "@usher-auth/postgres";
import { withDeadline } from "@usher-auth/postgres/connection";
import type { RevocationStore } from "@usher-auth/verify/revocation";
import { sql } from "drizzle-orm";
import type * as schema from "./tasks/schema.ts";

/** Queries that see and write the rows of one principal only. */
export type PrincipalRows = PrincipalRowsOf<typeof schema>;

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
   * Runs `run` in one transaction that sees and writes only the rows of `principal`.
   *
   * @throws {DatabaseUnavailableError} The database does not answer in time. The transaction is then rolled
   *   back.
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
  return {
    kind,
    mode,
    revocations,
    isFull,
    close,
    withPrincipal: (principal, run) =>
      withDeadline(deadline, (signal) => {
        signal.addEventListener("abort", onOverdue);
        const unlessLate = async (rows: PrincipalRows) => {
          const result = await run(rows);
          // The client already has its 503: committing now would contradict it.
          signal.throwIfAborted();
          return result;
        };
        return withPrincipal(client, principal, unlessLate, { key: settings.key });
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
