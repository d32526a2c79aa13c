import { sql } from "drizzle-orm";
import type { Client, PrincipalRows } from "./client.ts";
import { principalSetting, requestRole } from "./owner-policy.ts";

/** No query of a request may run for longer: nobody waits for its answer any more (see `defaultDeadline`). */
const statementTimeout = "5s";

/**
 * Runs `run` in a transaction of its own, as the role of requests and bound to `principal`. Commits when `run` resolves,
 * rolls back when it rejects.
 *
 * Role and setting are local to the transaction (SET LOCAL), so that the next user of a pooled connection inherits
 * neither. An empty id sees nothing and can write nothing. `rows` throws once `run` has finished: by then its connection
 * may be another principal's.
 */
export function withPrincipal<Result>(
  client: Client,
  principal: { readonly id: string },
  run: (rows: PrincipalRows) => Promise<Result>,
): Promise<Result> {
  return client.transaction(async (transaction) => {
    // All in one round trip: set_config(…, true) is SET LOCAL, and unlike SET it takes parameters.
    await transaction.execute(
      sql`select set_config('role', ${requestRole.name}, true), set_config(${principalSetting}, ${principal.id}, true),
        set_config('statement_timeout', ${statementTimeout}, true)`,
    );
    const { rows, finish } = untilFinished(transaction);
    return run(rows).finally(finish);
  });
}

function untilFinished(transaction: PrincipalRows): { rows: PrincipalRows; finish: () => void } {
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
