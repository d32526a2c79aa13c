import { readControl } from "../../binding/control-statement.ts";
import { lateQuery } from "../../binding/late-query.ts";
import { type Binding, isCommitted } from "./binding.ts";
import { forwardCancel } from "./cancel.ts";
import { Lease } from "./lease.ts";
import { message } from "./message.ts";
import type { Query } from "./shape.ts";
import { readStatement, statementMessage } from "./statement.ts";

/** A transaction of one principal. Its connection is taken by its first statement. */
export class Transaction {
  readonly binding: Binding;
  #modes: string;
  #lease: Lease | undefined;
  #over: Error | undefined;
  #savepoints = 0;

  constructor(binding: Binding, modes: string) {
    this.binding = binding;
    this.#modes = modes;
  }

  /** Runs a query of the user. */
  run(query: Query): void {
    try {
      this.#assertOpen();
      const control = query.strings.length === 1 ? readControl(String(query.strings[0])) : undefined;
      if (control?.kind === "modes") {
        this.#setModes(control.modes).then(() => query.resolve([]), query.reject);
        return;
      }
      const statement = readStatement(this.binding, query);
      const sent = statementMessage(this.binding, query, statement, {
        resolved: (result) => query.resolve(result),
        rejected: (error) => query.reject(error),
      });
      forwardCancel(query, sent);
      query.active = true;
      this.#send(sent);
    } catch (error) {
      query.reject(error);
    }
  }

  /** Drizzle sends `set transaction` as the first statement. Postgres rejects most modes later. */
  async #setModes(modes: string): Promise<void> {
    this.#assertOpen();
    if (this.#lease === undefined) this.#modes = modes;
    else await this.#control(`set transaction ${modes}`);
  }

  /** @returns What rolls back to it. */
  async savepoint(name = ""): Promise<() => Promise<void>> {
    const quoted = `"s${this.#savepoints++}_${name.replaceAll('"', '""')}"`;
    await this.#control(`savepoint ${quoted}`);
    return () => this.#control(`rollback to savepoint ${quoted}`);
  }

  /** Commits. Every later query throws. */
  async commit(): Promise<void> {
    const lease = this.#close();
    if (lease === undefined) return;
    const ended = await new Promise((resolved, rejected) => {
      lease.send(this.binding.end({ resolved, rejected }));
    }).catch(async (error) => {
      await this.#rollBack(lease);
      throw error;
    });
    if (!isCommitted(ended)) throw new Error("Postgres has rolled the transaction back");
  }

  /** Rolls back. Every later query throws. Never rejects. */
  async rollback(): Promise<void> {
    const lease = this.#close();
    if (lease !== undefined) await this.#rollBack(lease);
  }

  /** Ends the transaction now: a query that is running is not waited for. */
  expire(error: Error): void {
    const lease = this.#close();
    if (lease?.isBusy) lease.destroy(error);
    else if (lease !== undefined) void this.#rollBack(lease);
  }

  #close(): Lease | undefined {
    this.#over ??= lateQuery();
    return this.#lease;
  }

  #assertOpen(): void {
    if (this.#over !== undefined) throw this.#over;
  }

  async #rollBack(lease: Lease): Promise<void> {
    // In the turn after an error it is known whether it has ended the transaction.
    await null;
    if (!lease.isOpen) return;
    await new Promise<void>((done) => {
      lease.send(this.binding.rollback({ resolved: () => done(), rejected: () => done() }));
    });
  }

  async #control(text: string): Promise<void> {
    this.#assertOpen();
    await new Promise((resolved, rejected) => {
      this.#send(message(this.binding.sql, text, [], { isSimple: true }, { resolved, rejected }));
    });
  }

  #send(query: Query): void {
    if (this.#lease !== undefined) {
      this.#lease.send(query);
      return;
    }
    const lease = new Lease(this.binding.sql, () => {});
    const doubtful = { resolved: () => {}, rejected: (error: Error) => lease.destroy(error) };
    this.#lease = lease;
    lease.open([this.binding.begin(this.#modes, doubtful), this.binding.bind(doubtful), query]);
  }
}
