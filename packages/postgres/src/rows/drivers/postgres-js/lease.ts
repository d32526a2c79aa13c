import { setImmediate as nextTurn } from "node:timers/promises";
import { ConfigurationError } from "@usher-auth/verify";
import { message } from "./message.ts";
import type { Connection, PostgresJsClient, Query } from "./shape.ts";

/**
 * A connection of the pool, from the first message to the end of the transaction: postgres.js itself takes it
 * back when Postgres says that no transaction is open.
 *
 * It is taken by an empty query, on which the first messages follow at once. An ordinary query may be sent on
 * a connection that others use; it is harmless there, which a `begin` would not be.
 */
export class Lease {
  readonly #sql: PostgresJsClient;
  readonly #lost: (error: Error) => void;
  readonly #waiting: Query[] = [];
  readonly #sent = new Set<Query>();
  #connection: Connection | undefined;
  #isReady = false;
  #isWriting = false;
  #failure: Error | undefined;

  /** @param lost There will be no connection, or it is lost. Called at most once, at any time. */
  constructor(sql: PostgresJsClient, lost: (error: Error) => void) {
    this.#sql = sql;
    this.#lost = lost;
  }

  /** Takes a connection, and sends the first messages. */
  open(first: readonly Query[]): void {
    for (const query of first) this.#waiting.push(this.#track(query));
    this.#take(true);
  }

  #take(mayRepeat: boolean): void {
    const outcome = {
      // Postgres has answered, but the connection was too busy for ours to follow.
      resolved: () => {
        if (this.#connection === undefined) this.#take(mayRepeat);
      },
      // On a new connection, postgres.js repeats the error that has ended the one before.
      rejected: (error: Error) => {
        if (mayRepeat && this.#connection === undefined && isFatal(error)) this.#take(false);
        else this.#fail(error);
      },
    };
    const carrier = message(this.#sql, "", [], { isSimple: true }, outcome);
    Object.assign(carrier.options, { onexecute: (connection: Connection) => this.#own(connection) });
    carrier.handler(carrier);
  }

  send(query: Query): void {
    this.#waiting.push(this.#track(query));
    if (this.#failure === undefined) this.#write();
    else this.#rejectAll(this.#failure);
  }

  /** Whether a message is not answered yet. */
  get isBusy(): boolean {
    return this.#sent.size + this.#waiting.length > 0;
  }

  /** Closes the connection, of which anything is doubtful. Postgres rolls back. */
  destroy(error: Error): void {
    const connection = this.#connection;
    const isOurs = this.#isOurs();
    this.#fail(error);
    if (connection === undefined || !isOurs) return;
    if (connection.reserved !== null) connection.reserved.release = true;
    void this.#terminate(connection, connection.reserved);
  }

  async #terminate(connection: Connection, reserved: Connection["reserved"]): Promise<void> {
    // What is written in this turn is flushed in the next one, and must not be left for the next connection.
    await nextTurn();
    await nextTurn();
    if (connection.reserved === reserved) connection.terminate();
  }

  /** Returns nothing, so that postgres.js puts nobody else's query on the connection. */
  #own(connection: Connection): void {
    if (typeof connection.execute !== "function" || typeof connection.queue?.remove !== "function") {
      this.#fail(new ConfigurationError("createRows needs postgres.js 3.4"));
      return;
    }
    connection.queue.remove(connection);
    connection.queue = { remove: () => {}, push: () => {} } as Connection["queue"];
    connection.idleTimer.cancel();
    connection.reserved = this.#rest;
    connection.onclose = (error) => this.#fail(error);
    this.#connection = connection;
    this.#isReady = true;
    if (this.#failure === undefined) this.#write();
  }

  readonly #rest = () => {
    if (this.#failure !== undefined) return;
    this.#isReady = true;
    this.#write();
  };

  /** Whether a transaction is open, or will be. Known in the turn after an answer. */
  get isOpen(): boolean {
    return this.#failure === undefined && (this.#connection === undefined || this.#isOurs());
  }

  #isOurs(): boolean {
    return this.#connection?.reserved === this.#rest;
  }

  #write(): void {
    // `execute` may reject a query at once, and its caller may send another one.
    if (this.#isWriting || this.#connection === undefined) return;
    this.#isWriting = true;
    while (this.#isReady && this.#waiting.length > 0 && this.#failure === undefined) {
      if (!this.#isOurs()) {
        this.#fail(new Error("the connection of the transaction was lost"));
        break;
      }
      const query = this.#waiting.shift() as Query;
      if (query.cancelled) continue;
      this.#sent.add(query);
      this.#isReady = Boolean(this.#connection.execute(query));
      // Not written, but waited for: the answers would be taken for each other's.
      if (query.statement === null) this.destroy(new Error("postgres.js could not write the query"));
    }
    this.#isWriting = false;
  }

  /** Notices what is answered, and an error after which nothing more can be sent. */
  #track(query: Query): Query {
    const { resolve, reject } = query;
    query.described = () => {
      // The batches of a cursor come one by one.
      if (query.cursorFn === undefined) this.#rest();
    };
    query.resolve = (result) => {
      this.#sent.delete(query);
      resolve(result);
    };
    query.reject = (error) => {
      this.#sent.delete(query);
      reject(error);
      if (!isStatementError(error)) this.destroy(error as Error);
    };
    return query;
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#rejectAll(error);
    this.#lost(error);
  }

  #rejectAll(error: Error): void {
    for (const query of [...this.#sent, ...this.#waiting.splice(0)]) query.reject(error);
  }
}

function isFatal(error: unknown): boolean {
  return (error as { severity?: unknown })?.severity === "FATAL";
}

/** Postgres has rejected a statement, and reads on. Others end the connection, or come from postgres.js. */
function isStatementError(error: unknown): boolean {
  return (error as { severity?: unknown })?.severity === "ERROR";
}
