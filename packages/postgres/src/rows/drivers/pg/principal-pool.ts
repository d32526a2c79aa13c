import { assertDataStatement } from "../../binding/allowed-statement.ts";
import { readPrincipal } from "../../binding/principal.ts";
import type { Rows } from "../../rows.ts";
import type { CheckedRowsOptions } from "../../rows-options.ts";
import { type Binding, bindingFor } from "./binding.ts";
import { isCursor } from "./cursor.ts";
import { takeLease } from "./lease.ts";
import { ownStack } from "./own-stack.ts";
import type { ConnectedPool, PgResult } from "./pg-shape.ts";
import { PrincipalClient } from "./principal-client.ts";
import { runAlone } from "./run-alone.ts";
import { type PgQueryConfig, readStatement } from "./statement.ts";

export function pgRows(pool: ConnectedPool, options: CheckedRowsOptions): Rows<PrincipalPool> {
  surviveLostConnections(pool);
  const bindingOf = bindingFor(options);
  return { for: (principal) => new PrincipalPool(pool, bindingOf(readPrincipal(principal))) };
}

const listened = new WeakSet<ConnectedPool>();

/** An idle connection that breaks is replaced by the pool. Without a listener, it would end the process. */
function surviveLostConnections(pool: ConnectedPool): void {
  if (listened.has(pool)) return;
  listened.add(pool);
  pool.on("error", () => {});
}

/**
 * A pool of `pg` whose statements run for one principal. It takes the place of the pool in an ORM.
 *
 * Only statements that read or write rows run: select, insert, update, delete, merge, with, values and table.
 * There are no callbacks and no events.
 *
 * @example
 * ```ts
 * import { createRows } from "@usher-auth/postgres";
 * import pg from "pg";
 *
 * const rows = createRows(new pg.Pool({ connectionString: process.env.DATABASE_URL }));
 *
 * export async function readNotes(principal: { id: string }) {
 *   const { rows: notes } = await rows.for(principal).query("select * from notes");
 *   return notes;
 * }
 * ```
 */
export class PrincipalPool {
  /** Also in code that was minified: by it, Drizzle tells a pool from a client. */
  static readonly name: string = "PrincipalPool";
  readonly #pool: ConnectedPool;
  readonly #binding: Binding;

  /** For `createRows`. */
  constructor(pool: ConnectedPool, binding: Binding) {
    this.#pool = pool;
    this.#binding = binding;
  }

  /**
   * Runs one statement in its own transaction: one round trip.
   *
   * @param query The text, or an object as for `pg`. Prepared where it has a `name`.
   * @param values The parameters `$1`, `$2` and so on.
   */
  async query<Row = Record<string, unknown>>(
    query: string | PgQueryConfig,
    values?: readonly unknown[],
  ): Promise<PgResult<Row>> {
    if (isCursor(query)) throw new Error("a cursor needs a transaction: use transaction() or connect()");
    const statement = readStatement(query, values);
    assertDataStatement(statement.text);
    try {
      return await new Promise<PgResult<Row>>((resolve, reject) => {
        takeLease(this.#pool, (refused, lease) => {
          if (lease === undefined) return reject(refused);
          runAlone(lease, this.#binding, statement, (error, result) => {
            lease.giveBack();
            if (error) reject(error);
            else resolve(result as PgResult<Row>);
          });
        });
      });
    } catch (error) {
      throw ownStack(error);
    }
  }

  /**
   * Takes a connection for a transaction: `query("begin")`, the statements, `query("commit")`. Release it.
   * For ORMs; for your own code, `transaction` is safer.
   */
  connect(): Promise<PrincipalClient> {
    return new Promise((resolve, reject) => {
      takeLease(this.#pool, (refused, lease) => {
        if (lease === undefined) reject(refused);
        else resolve(new PrincipalClient(lease, this.#binding));
      });
    });
  }

  /**
   * Runs several statements in one transaction: n + 1 round trips for n of them. Commits when `run` resolves,
   * rolls back when it rejects, or when it takes longer than `transactionTimeout`.
   *
   * @param run Gets the transaction's client. Queries that it makes later throw.
   */
  async transaction<Result>(run: (client: PrincipalClient) => PromiseLike<Result> | Result): Promise<Result> {
    const client = await this.connect();
    try {
      return await client.transaction(run);
    } finally {
      client.release();
    }
  }
}
