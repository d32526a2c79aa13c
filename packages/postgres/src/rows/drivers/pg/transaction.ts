import { lateQuery } from "../../binding/late-query.ts";
import { type Part, type Progress, sendBatch } from "./batch.ts";
import type { Binding } from "./binding.ts";
import { failCursor, type PgCursor } from "./cursor.ts";
import { isRefusal } from "./is-refusal.ts";
import type { Lease } from "./lease.ts";
import type { PgResult } from "./pg-shape.ts";
import { type PgStatement, readStatement } from "./statement.ts";
import { withName } from "./statement-names.ts";
import type { StatementQueue } from "./statement-queue.ts";

/**
 * A transaction of one principal. `begin` and the binding go out with the first statement; the others wait
 * until Postgres has answered that, so that none can run unbound.
 */
export class Transaction {
  readonly #lease: Lease;
  readonly #binding: Binding;
  readonly #queue: StatementQueue;
  readonly #timer: NodeJS.Timeout;
  readonly #abandoned: PromiseWithResolvers<never> = Promise.withResolvers();
  #begin: Part;
  #isBegun = false;
  #isEnding = false;
  #committing: Progress | undefined;
  /** Why no statement runs any more. */
  #over: Error | undefined;

  constructor(lease: Lease, binding: Binding, queue: StatementQueue, modes: string) {
    this.#lease = lease;
    this.#binding = binding;
    this.#queue = queue;
    this.#begin = { text: `${binding.begin} ${modes}`.trim() };
    this.#abandoned.promise.catch(() => {});
    const { transactionTimeout } = binding.options;
    this.#timer = setTimeout(() => {
      const isCommitting = this.#committing?.state === "sent";
      const outcome = isCommitting ? "while it was being committed: it may be" : "and was rolled back";
      this.#abandon(new Error(`the transaction took longer than ${transactionTimeout} ms ${outcome}`));
    }, transactionTimeout);
  }

  /** Rejects when it is rolled back without being asked to: at its timeout, or with its connection. */
  get abandoned(): Promise<never> {
    return this.#abandoned.promise;
  }

  /** Isolation level and access mode: Postgres takes them before the first query only. */
  setModes(modes: string): PgResult {
    this.#assertOpen();
    if (this.#isBegun) throw new Error("set transaction must come before the first query of the transaction");
    this.#begin = { text: `${this.#begin.text} ${modes}` };
    return withoutRows("SET");
  }

  run(statement: PgStatement): Promise<PgResult> {
    this.#assertOpen();
    return this.#take(() => (this.#isBegun ? this.#send([], statement) : this.#sendFirst(statement)));
  }

  /** A cursor or a stream. It is submitted when it is its turn, and is read by its own methods. */
  submit(cursor: PgCursor): void {
    this.#assertOpen();
    const { client } = this.#lease;
    const submitted = this.#take(async () => {
      if (!this.#isBegun) await this.#sendFirst(undefined);
      this.#lease.leavePipelineMode();
      client.query(cursor);
    });
    submitted.catch((error) => failCursor(cursor, error, client));
  }

  /** @throws {Error} Postgres has rolled it back instead. */
  async commit(): Promise<PgResult> {
    this.#assertOpen();
    this.#isEnding = true;
    try {
      return await this.#take(() => (this.#isBegun ? this.#commit() : withoutRows("COMMIT")));
    } finally {
      this.#end();
    }
  }

  /** Does not reject. What has ended already, such as by a commit that failed, stays as it is. */
  async rollback(): Promise<PgResult> {
    this.#isEnding = true;
    const isOpen = () => this.#isBegun && this.#over === undefined;
    try {
      await this.#queue.run(() => (isOpen() ? this.#runText(this.#binding.rollback) : undefined));
    } catch {
      this.#lease.destroy();
    }
    this.#end();
    return withoutRows("ROLLBACK");
  }

  #assertOpen(): void {
    if (this.#over !== undefined) throw this.#over;
    if (this.#isEnding) throw lateQuery();
  }

  #take<Result>(work: () => Promise<Result> | Result): Promise<Result> {
    return this.#queue.run(() => {
      if (this.#over !== undefined) throw this.#over;
      return work();
    });
  }

  /** Without a statement, the binding is one. */
  #sendFirst(statement: PgStatement | undefined): Promise<PgResult> {
    const { bind } = this.#binding;
    this.#isBegun = true;
    if (statement !== undefined) return this.#send([this.#begin, bind], statement);
    return this.#send([this.#begin], readStatement(bind));
  }

  #send(before: readonly Part[], given: PgStatement): Promise<PgResult> {
    const { client } = this.#lease;
    const statement = this.#binding.options.prepare ? withName(client, given) : given;
    return new Promise((resolve, reject) => {
      sendBatch(this.#lease, { before, statement, after: [] }, (error, result, { state, completed }) => {
        if (!error) return resolve(result);
        const isBound = completed >= before.length;
        if (state === "sent" && !(isRefusal(error) && isBound)) this.#abandon(error);
        else if (state === "unsent" && before.length > 0) this.#isBegun = false;
        reject(this.#over ?? error);
      });
    });
  }

  #commit(): Promise<PgResult> {
    const { resets, rollback, clean } = this.#binding;
    return new Promise((resolve, reject) => {
      const batch = { before: resets, statement: readStatement("commit"), after: [] };
      this.#committing = sendBatch(this.#lease, batch, (error, result, { completed }) => {
        if (!error && result.command === "COMMIT") return resolve(result);
        const reason = error && !isAborted(error) ? error : rolledBack();
        if (error && !isRefusal(error)) this.#abandon(error);
        // A failed commit has ended the transaction, a failed reset has not.
        const rest = error && completed < resets.length ? rollback : clean;
        this.#runText(rest).then(
          () => reject(reason),
          () => {
            this.#abandon(reason);
            reject(this.#over);
          },
        );
      });
    });
  }

  #runText(text: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#lease.client.query(text, (error) => (error ? reject(error) : resolve()));
    return promise;
  }

  /** Nothing about the connection is certain: it is closed, and Postgres rolls back. */
  #abandon(reason: Error): void {
    this.#over ??= reason;
    this.#abandoned.reject(this.#over);
    this.#lease.destroy();
    this.#end();
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#over ??= lateQuery();
  }
}

/** The answer to a statement of which Postgres has heard nothing. */
export function withoutRows(command: string): PgResult {
  return { rows: [], rowCount: null, command, oid: 0, fields: [] };
}

/** Postgres answers the commit of a failed transaction with ROLLBACK, and refuses other statements (25P02). */
function isAborted(error: Error): boolean {
  return "code" in error && error.code === "25P02";
}

function rolledBack(): Error {
  return new Error("the transaction was rolled back, because one of its statements had failed");
}
