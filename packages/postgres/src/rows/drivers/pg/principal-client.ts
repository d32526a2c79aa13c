import { assertDataStatement } from "../../binding/allowed-statement.ts";
import { type ControlStatement, readControl } from "../../binding/control-statement.ts";
import { lateQuery } from "../../binding/late-query.ts";
import type { Binding } from "./binding.ts";
import { assertDataCursor, isCursor, type PgCursor } from "./cursor.ts";
import type { Lease } from "./lease.ts";
import { ownStack } from "./own-stack.ts";
import type { PgResult } from "./pg-shape.ts";
import { runAlone } from "./run-alone.ts";
import { type PgQueryConfig, type PgStatement, readStatement } from "./statement.ts";
import { StatementQueue } from "./statement-queue.ts";
import { Transaction, withoutRows } from "./transaction.ts";

/**
 * A connection of a pool of `pg`, whose statements run for one principal.
 *
 * `begin` or `start transaction`, with an isolation level and an access mode if need be, begins a
 * transaction, which `commit` or `rollback` ends. `savepoint`, `release savepoint`, `rollback to savepoint`
 * and `set transaction` are known too: all that ORMs send. A statement outside a transaction runs in its own.
 * Statements that are made at the same time run one after the other.
 *
 * @example
 * ```ts
 * import type { PrincipalClient } from "@usher-auth/postgres";
 *
 * export async function renameNote(client: PrincipalClient, id: number, body: string) {
 *   const { rowCount } = await client.query("update notes set body = $2 where id = $1", [id, body]);
 *   return rowCount === 1;
 * }
 * ```
 */
export class PrincipalClient {
  readonly #lease: Lease;
  readonly #binding: Binding;
  readonly #queue = new StatementQueue();
  #transaction: Transaction | undefined;
  #savepoints = 0;
  #isReleased = false;

  /** For {@link PrincipalPool}. */
  constructor(lease: Lease, binding: Binding) {
    this.#lease = lease;
    this.#binding = binding;
  }

  /** The process id of the connection at Postgres. */
  get processID(): number | null | undefined {
    return this.#lease.client.processID;
  }

  /**
   * Runs a statement, or begins, divides or ends the transaction.
   *
   * @param query The text, or an object as for `pg`. Inside a transaction also a cursor of `pg-cursor` or a
   *   stream of `pg-query-stream`, which is returned at once.
   * @param values The parameters `$1`, `$2` and so on.
   * @throws {Error} The transaction has finished, or the client was released.
   */
  query<Cursor extends PgCursor>(cursor: Cursor): Cursor;
  query<Row = Record<string, unknown>>(
    query: string | PgQueryConfig,
    values?: readonly unknown[],
  ): Promise<PgResult<Row>>;
  query(query: string | PgQueryConfig | PgCursor, values?: readonly unknown[]): unknown {
    return isCursor(query) ? this.#submit(query) : this.#query(query, values);
  }

  /**
   * Runs several statements in a transaction: commits when `run` resolves, rolls back when it rejects or
   * takes longer than `transactionTimeout`. Inside a transaction, it is a savepoint.
   */
  async transaction<Result>(run: (client: PrincipalClient) => PromiseLike<Result> | Result): Promise<Result> {
    this.#assertUsable();
    if (this.#transaction !== undefined) return this.#nested(run);
    const transaction = this.#begin("");
    try {
      const result = await Promise.race([run(this), transaction.abandoned]);
      await this.#commit();
      return result;
    } catch (error) {
      await this.#rollback(transaction);
      throw error;
    }
  }

  /**
   * Gives the connection back to the pool. A transaction that is still open is rolled back.
   *
   * @param destroy Closes the connection instead.
   */
  release(destroy?: boolean | Error): void {
    if (this.#isReleased) throw new Error("this client was already released to the pool");
    this.#isReleased = true;
    if (destroy) this.#lease.destroy();
    this.#transaction?.rollback();
    this.#queue.settled.then(() => this.#lease.giveBack());
  }

  async #query(query: string | PgQueryConfig, values?: readonly unknown[]): Promise<PgResult> {
    const statement = readStatement(query, values);
    const control = readControl(statement.text);
    if (control === undefined) assertDataStatement(statement.text);
    try {
      this.#assertUsable();
      if (control !== undefined) return await this.#control(control, statement);
      return await (this.#transaction?.run(statement) ?? this.#runAlone(statement));
    } catch (error) {
      throw ownStack(error);
    }
  }

  #submit(cursor: PgCursor): PgCursor {
    assertDataCursor(cursor);
    this.#assertUsable();
    if (this.#transaction === undefined) throw new Error("a cursor needs a transaction: begin one first");
    this.#transaction.submit(cursor);
    return cursor;
  }

  #control(control: ControlStatement, statement: PgStatement): Promise<PgResult> | PgResult {
    if (control.kind === "begin") {
      this.#begin(control.modes);
      return withoutRows("BEGIN");
    }
    if (control.kind === "rollback") return this.#rollback();
    if (this.#transaction === undefined) throw new Error(`there is no transaction: ${statement.text}`);
    if (control.kind === "commit") return this.#commit();
    if (control.kind === "modes") return this.#transaction.setModes(control.modes);
    return this.#transaction.run(statement);
  }

  #begin(modes: string): Transaction {
    if (this.#transaction !== undefined) throw new Error("there is a transaction already: use a savepoint");
    this.#transaction = new Transaction(this.#lease, this.#binding, this.#queue, modes);
    return this.#transaction;
  }

  /** Also a commit that fails ends the transaction. */
  async #commit(): Promise<PgResult> {
    const transaction = this.#transaction;
    try {
      return (await transaction?.commit()) ?? withoutRows("COMMIT");
    } finally {
      this.#forget(transaction);
    }
  }

  /** Without a transaction, nothing happens, as in Postgres: ORMs roll back after a failed commit. */
  async #rollback(transaction: Transaction | undefined = this.#transaction): Promise<PgResult> {
    await transaction?.rollback();
    this.#forget(transaction);
    return withoutRows("ROLLBACK");
  }

  /** Unless there is another one by now. */
  #forget(transaction: Transaction | undefined): void {
    if (this.#transaction === transaction) this.#transaction = undefined;
  }

  async #nested<Result>(run: (client: PrincipalClient) => PromiseLike<Result> | Result): Promise<Result> {
    const name = `usher_${++this.#savepoints}`;
    await this.query(`savepoint ${name}`);
    try {
      const result = await run(this);
      await this.query(`release savepoint ${name}`);
      return result;
    } catch (error) {
      await this.query(`rollback to savepoint ${name}`);
      throw error;
    }
  }

  #runAlone(statement: PgStatement): Promise<PgResult> {
    return this.#queue.run(() => {
      if (this.#lease.isOver) throw lateQuery();
      return new Promise<PgResult>((resolve, reject) => {
        runAlone(this.#lease, this.#binding, statement, (error, result) => {
          if (error) reject(error);
          else resolve(result as PgResult);
        });
      });
    });
  }

  #assertUsable(): void {
    if (this.#isReleased || (this.#lease.isOver && this.#transaction === undefined)) throw lateQuery();
  }
}
