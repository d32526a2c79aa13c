import {
  type DrizzleDatabase,
  type PrincipalRows as PrincipalRowsOf,
  withPrincipal,
} from "@usher-auth/postgres";
import { answeredWithin } from "@usher-auth/postgres/connection";
import type { RevocationStore } from "@usher-auth/verify";
import { sql } from "drizzle-orm";
import type * as schema from "./tasks/schema.ts";

/**
 * A raw connection to the database, with the rights of the user that connected. Nothing outside of this file, `postgres/`
 * and `embedded/` ever gets one: what a handler gets is {@link PrincipalRows}.
 */
export type Client = DrizzleDatabase<typeof schema>;

/** Queries that see and write the rows of one principal only. */
export type PrincipalRows = PrincipalRowsOf<typeof schema>;

/** All that the rest of the API ever sees of the database. */
export type Database = {
  /** `embedded`: PGlite in this process; `server`: a Postgres server. */
  readonly kind: "embedded" | "server";
  /**
   * Runs `run` in one transaction that can see and write nothing but the rows of `principal`.
   *
   * @throws {DatabaseUnavailable} when the database does not answer in time. What `run` did is then rolled
   *   back.
   */
  withPrincipal<Result>(
    principal: { readonly id: string },
    run: (rows: PrincipalRows) => Promise<Result>,
  ): Promise<Result>;
  /**
   * What is revoked, shared with every other replica of the API. What was subscribed must stop before
   * `close`.
   */
  readonly revocations: RevocationStore;
  /** Whether the database answers a query, within half of the deadline. Never throws. */
  isUp(): Promise<boolean>;
  /**
   * Whether the disk is so full that nothing is written until there is more room. Of a server, it says so
   * itself.
   */
  isFull(): boolean;
  /** Waits for what runs, for up to 5 seconds, and closes. */
  close(): Promise<void>;
};

/** How long a request waits for the database, in milliseconds. */
export const defaultDeadline = 5_000;

/**
 * A database over a raw client, which stays inside. `deadline` is in milliseconds; `overdue` is called when
 * it has passed without an answer.
 */
export function databaseOver(options: {
  client: Client;
  kind: Database["kind"];
  revocations: RevocationStore;
  deadline: number;
  overdue?: () => void;
  isFull?: () => boolean;
  close: () => Promise<void>;
}): Database {
  const { client, kind, revocations, deadline, overdue = () => {}, isFull = () => false, close } = options;
  return {
    kind,
    revocations,
    isFull,
    close,
    withPrincipal: (principal, run) =>
      answeredWithin(deadline, (signal) => {
        signal.addEventListener("abort", overdue);
        return withPrincipal(client, principal, async (rows) => {
          const result = await run(rows);
          // The client has been told 503 by then: a commit would make that a lie.
          signal.throwIfAborted();
          return result;
        });
      }),
    isUp: () =>
      answeredWithin(deadline / 2, (signal) => {
        signal.addEventListener("abort", overdue);
        return client.execute(sql`select 1`);
      }).then(
        () => true,
        () => false,
      ),
  };
}
