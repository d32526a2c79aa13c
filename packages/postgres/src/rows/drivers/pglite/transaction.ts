import { assertDataStatement } from "../../binding/allowed-statement.ts";
import { bindStatement } from "../../binding/bind-statement.ts";
import { readControl } from "../../binding/control-statement.ts";
import { lateQuery } from "../../binding/late-query.ts";
import type { PgliteResult, PgliteTransaction } from "./shape.ts";

/** The queries of one transaction. It is bound by the first one, so that its modes can be set before. */
export class BoundTransaction {
  readonly #transaction: PgliteTransaction;
  readonly #values: readonly string[];
  readonly #running = new Set<Promise<unknown>>();
  #bound: Promise<unknown> | undefined;
  #hasFailed = false;
  #isOver = false;

  constructor(transaction: PgliteTransaction, values: readonly string[]) {
    this.#transaction = transaction;
    this.#values = values;
  }

  /** Runs a statement that reads or writes rows, or one that divides the transaction, as ORMs send it. */
  async query(text: string, values?: unknown[], options?: object): Promise<PgliteResult> {
    if (this.#isOver) throw lateQuery();
    const kind = readControl(text)?.kind;
    if (kind !== "modes" && kind !== "savepoint") assertDataStatement(text);
    const answer = this.#send(kind === "modes", text, values, options);
    const settled: Promise<unknown> = answer
      .catch(() => {
        this.#hasFailed = true;
      })
      .finally(() => this.#running.delete(settled));
    this.#running.add(settled);
    return answer;
  }

  async rollback(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running);
    this.#hasFailed = false;
    await this.#transaction.rollback();
  }

  /** From now on every query throws. Rejects if Postgres cannot commit. */
  async finish(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running);
    // Fails in a transaction that is aborted: some versions of PGlite would take its rollback for a commit.
    if (this.#hasFailed) await this.#transaction.query("select");
  }

  async #send(isUnbound: boolean, text: string, values?: unknown[], options?: object): Promise<PgliteResult> {
    if (!isUnbound) {
      this.#bound ??= this.#transaction.query(bindStatement, [...this.#values]);
      await this.#bound;
    }
    return this.#transaction.query(text, values, options);
  }
}
