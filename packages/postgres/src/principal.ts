import { sql } from "drizzle-orm";
import type { DrizzleDatabase, PrincipalRows } from "./database.ts";
import { UnstorableIdError } from "./errors.ts";
import { principalSetting, requestRole } from "./owner-policy.ts";

/** No query of a request may run for longer: nobody waits for its answer any more. */
const statementTimeout = "5s";

/**
 * Runs `run` in a transaction of its own, as the role of requests and bound to `principal`. Commits when `run` resolves,
 * rolls back when it rejects. A statement that runs for more than 5 seconds is ended by the database.
 *
 * Role and setting are local to the transaction (SET LOCAL), so that the next user of a pooled connection inherits
 * neither. An empty id sees nothing and can write nothing. `rows` throws once `run` has finished: by then its connection
 * may be another principal's. Does not check that the database keeps the policy: `assertRowSecurity` does, once.
 *
 * @throws {UnstorableIdError} before anything runs, for an id that Postgres could not tell from another one.
 */
export async function withPrincipal<Schema extends Record<string, unknown>, Result>(
  database: DrizzleDatabase<Schema>,
  principal: { readonly id: string },
  run: (rows: PrincipalRows<Schema>) => Promise<Result>,
): Promise<Result> {
  assertStorable(principal.id);
  return database.transaction(async (transaction) => {
    // All in one round trip: set_config(…, true) is SET LOCAL, and unlike SET it takes parameters.
    await transaction.execute(
      sql`select set_config('role', ${requestRole.name}, true), set_config(${principalSetting}, ${principal.id}, true),
        set_config('statement_timeout', ${statementTimeout}, true)`,
    );
    const { rows, finish } = untilFinished<PrincipalRows<Schema>>(transaction);
    return run(rows).finally(finish);
  });
}

/**
 * Postgres text holds no U+0000, and a driver writes every half of a surrogate pair as the same replacement character:
 * two such users would share their rows.
 */
function assertStorable(id: string): void {
  if (id.includes("\0") || !id.isWellFormed()) throw new UnstorableIdError();
}

function untilFinished<Rows extends object>(transaction: Rows): { rows: Rows; finish: () => void } {
  let finished = false;
  const rows = new Proxy(transaction, {
    get(target, name, receiver) {
      if (finished) throw new Error("a query was made after its transaction had finished: await it inside");
      return Reflect.get(target, name, receiver);
    },
  });
  return {
    rows,
    finish: () => {
      finished = true;
    },
  };
}
