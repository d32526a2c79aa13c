import { sql } from "drizzle-orm";
import { withTimeout } from "../timeout.ts";
import { bindValues } from "./binding/bind-statement.ts";
import { type RowPrincipal, readPrincipal } from "./binding/principal.ts";
import { boundRows } from "./bound-rows.ts";
import type { DrizzleDatabase, PrincipalRows } from "./database.ts";
import { principalSetting, requestRole } from "./owner-policy.ts";

/** Postgres cancels a statement that runs for longer, in milliseconds: the client has given up by then. */
const statementTimeout = 5_000;

/** How long to wait for running queries, in milliseconds: longer than a statement may take. */
const answerLimit = 6_000;

/**
 * Options of {@link withPrincipal}.
 *
 * @example
 * ```ts
 * import type { WithPrincipalOptions } from "@usher-auth/postgres";
 *
 * export const exportOfAllRows: WithPrincipalOptions = { timeout: 120_000 };
 * ```
 */
export interface WithPrincipalOptions {
  /**
   * How long `run` may take, in milliseconds, 1 to 3,600,000; it holds a connection for that long. Default
   * 30,000.
   */
  readonly timeout?: number;
  /** Proves the principal to a hardened database. Default: none. */
  readonly key?: string | undefined;
}

const anHour = 3_600_000;

/**
 * Runs `run` in its own transaction, in the role `usher_api` and with the principal's id set, so that
 * row-level security shows and accepts the principal's rows only. Commits when `run` resolves; rolls back
 * when it throws, rejects, or takes longer than `timeout`. Postgres cancels a statement after 5 seconds.
 *
 * Role and setting apply to this transaction only (SET LOCAL): the next user of a pooled connection inherits
 * neither. An empty id sees nothing and can write nothing.
 *
 * `rows` has `select`, `insert`, `update` and `delete`. After `run` has finished it throws, and so does a
 * query that was built before and is awaited later: its connection may serve another principal by then.
 *
 * Not checked: whether the database enforces the policy. `assertRowSecurity` checks that once, at the start.
 *
 * @param database Any Drizzle database over Postgres.
 * @param principal Whose rows: `id` is the `sub` of the verified token.
 * @param run Gets the rows. Await every query inside it.
 * @throws {UnstorableIdError} Before anything runs, for an id that Postgres cannot store exactly.
 * @throws {RangeError} Before anything runs, for a `timeout` out of range.
 *
 * @example
 * ```ts
 * import { currentOwner, ownerPolicy, withPrincipal } from "@usher-auth/postgres";
 * import { pgTable, text } from "drizzle-orm/pg-core";
 * import { drizzle } from "drizzle-orm/postgres-js";
 * import postgres from "postgres";
 *
 * const owned = { owner: text().notNull().default(currentOwner), body: text().notNull() };
 * const notes = pgTable("notes", owned, (table) => [ownerPolicy(table.owner)]);
 * const database = drizzle({ client: postgres(process.env.DATABASE_URL ?? "") });
 *
 * export function addNote(principal: { id: string }, body: string) {
 *   return withPrincipal(database, principal, (rows) => rows.insert(notes).values({ body }).returning());
 * }
 * ```
 */
export async function withPrincipal<Schema extends Record<string, unknown>, Result>(
  database: DrizzleDatabase<Schema>,
  principal: RowPrincipal,
  run: (rows: PrincipalRows<Schema>) => PromiseLike<Result> | Result,
  options: WithPrincipalOptions = {},
): Promise<Result> {
  // Read once: the id that was checked is the id that is set.
  const bound = readPrincipal(principal);
  const { timeout = 30_000, key } = options;
  if (!(timeout >= 1 && timeout <= anHour))
    throw new RangeError(`withPrincipal: timeout must be 1 to ${anHour} milliseconds.`);
  return database.transaction(async (transaction) => {
    const [userId, orgId, proof, cancelAfter] = bindValues(bound, {
      statementTimeout,
      key: key === undefined ? undefined : Buffer.from(key),
    });
    // One round trip. set_config(…, true) is SET LOCAL, and unlike SET it takes parameters.
    await transaction.execute(
      sql`select set_config('role', ${requestRole.name}, true), set_config(${principalSetting}, ${userId}, true),
        set_config('usher.org_id', ${orgId}, true), set_config('usher.proof', ${proof}, true),
        set_config('statement_timeout', ${cancelAfter}, true)`,
    );
    const { rows, finish } = boundRows<Schema>(transaction);
    try {
      return await withTimeout(timeout, () => run(rows));
    } finally {
      // Only on a dead connection does a query outlive its statement timeout.
      await withTimeout(answerLimit, finish).catch(() => undefined);
    }
  });
}
