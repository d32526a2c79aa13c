import { sql } from "drizzle-orm";
import { within } from "../timeout.ts";
import { boundRows } from "./bound-rows.ts";
import type { DrizzleDatabase, PrincipalRows } from "./database.ts";
import { principalSetting, requestRole } from "./owner-policy.ts";
import { UnstorableIdError } from "./unstorable-id-error.ts";

/** No query of a request may run for longer: nobody waits for its answer any more. */
const statementTimeout = "5s";

/** Milliseconds in which the database has answered whatever it was asked: more than a statement may take. */
const answerLimit = 6_000;

/** What {@link withPrincipal} may be told. */
export interface WithPrincipalOptions {
  /** How long `run` may take, in milliseconds, 1 to 3,600,000: it holds a connection. Default 30,000. */
  readonly timeout?: number;
}

const anHour = 3_600_000;

/**
 * Runs `run` in a transaction of its own, as the role of requests and bound to `principal`. Commits when
 * `run` resolves, rolls back when it throws, rejects, or takes longer than `timeout`. A statement that runs
 * for more than 5 seconds is ended by the database.
 *
 * Role and setting are local to the transaction (SET LOCAL), so that the next user of a pooled connection
 * inherits neither. An empty id sees nothing and can write nothing. `rows` has `select`, `insert`, `update`
 * and `delete`, and throws once `run` has finished, as do queries that were built before and are awaited
 * then: by then its connection may be another principal's. Does not check that the database keeps the policy:
 * `assertRowSecurity` does, once.
 *
 * @throws {UnstorableIdError} before anything runs, for an id that Postgres could not tell from another one.
 * @throws {RangeError} before anything runs, for a `timeout` out of range.
 */
export async function withPrincipal<Schema extends Record<string, unknown>, Result>(
  database: DrizzleDatabase<Schema>,
  principal: { readonly id: string },
  run: (rows: PrincipalRows<Schema>) => PromiseLike<Result> | Result,
  options: WithPrincipalOptions = {},
): Promise<Result> {
  // Once: what was checked is what is set.
  const { id } = principal;
  assertStorable(id);
  const { timeout = 30_000 } = options;
  if (!(timeout >= 1 && timeout <= anHour))
    throw new RangeError(`withPrincipal: timeout must be 1 to ${anHour} milliseconds.`);
  return database.transaction(async (transaction) => {
    // All in one round trip: set_config(…, true) is SET LOCAL, and unlike SET it takes parameters.
    await transaction.execute(
      sql`select set_config('role', ${requestRole.name}, true), set_config(${principalSetting}, ${id}, true),
        set_config('statement_timeout', ${statementTimeout}, true)`,
    );
    const { rows, finish } = boundRows<Schema>(transaction);
    try {
      return await within(timeout, () => run(rows));
    } finally {
      // A query outlives its statement's limit only where the connection is silent, and then nothing else
      // gets through.
      await within(answerLimit, finish).catch(() => undefined);
    }
  });
}

/**
 * Postgres text holds no U+0000, and a driver writes every half of a surrogate pair as the same replacement
 * character: two such users would share their rows.
 */
function assertStorable(id: string): void {
  if (id.includes("\0") || !id.isWellFormed()) throw new UnstorableIdError();
}
