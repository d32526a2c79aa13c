import { ConfigurationError } from "@usher-auth/verify";
import type { PgClient, PgConnection, PgQuery, PgQueryClass, PgResult, QueryDone } from "./pg-shape.ts";
import type { PgStatement } from "./statement.ts";

/** A statement that is sent with another one. Its rows are ignored. */
export interface Part {
  readonly text: string;
  readonly values?: readonly string[];
  /** Prepared under this name, where the statement is prepared too. */
  readonly name?: string;
}

/** Statements that are sent together. */
export interface Batch {
  readonly before: readonly Part[];
  readonly statement: PgStatement;
  readonly after: readonly Part[];
}

/** How far Postgres came with a {@link Batch}. */
export interface Progress {
  /** How many statements it has run. */
  readonly completed: number;
  /** `answered`: Postgres has come to the Sync. */
  readonly state: "unsent" | "sent" | "answered";
}

export type BatchDone = (error: Error | null | undefined, result: PgResult, progress: Progress) => void;

/**
 * Sends statements to Postgres in one write, answered in one round trip: those before, the statement, whose
 * result is the answer, and those after it.
 *
 * There is ONE Sync, at the end. Up to it, all is one transaction, unless `begin` is among the statements;
 * and when a statement fails, Postgres skips everything that follows (manual, "Extended Query": "reads and
 * discards messages until a Sync"). So nothing runs unbound because the binding has failed, whatever the
 * rights of the connected user are, and nothing is left to be rolled back.
 */
export function sendBatch({ client, BatchQuery }: BatchConnection, batch: Batch, done: BatchDone): Progress {
  const query: BatchQuery = new BatchQuery(batch, (error, result) => done(error, result, query));
  client.query(query);
  return query;
}

interface BatchConnection {
  readonly client: PgClient;
  readonly BatchQuery: BatchQueryClass;
}

interface BatchQuery extends PgQuery, Progress {}

export type BatchQueryClass = new (batch: Batch, done: QueryDone) => BatchQuery;

const classes = new WeakMap<object, BatchQueryClass>();

/** @throws {ConfigurationError} This `pg` has not what is needed. */
export function batchQueryOf(client: PgClient): BatchQueryClass {
  const driver = client.constructor as { Query?: PgQueryClass };
  const known = classes.get(driver);
  if (known !== undefined) return known;
  if (typeof driver.Query?.prototype?._getRows !== "function" || client.getTransactionStatus === undefined) {
    throw new ConfigurationError("createRows needs pg 8.21 or newer, without its native bindings");
  }
  const created = defineBatchQuery(driver.Query);
  classes.set(driver, created);
  return created;
}

/** A query of pg with more statements around its own. `pg` calls its methods for each message of Postgres. */
function defineBatchQuery(Query: PgQueryClass): BatchQueryClass {
  return class extends Query implements BatchQuery {
    completed = 0;
    state: Progress["state"] = "unsent";
    readonly #before: readonly Part[];
    readonly #after: readonly Part[];
    readonly #name: string | undefined;
    readonly #text: string;
    #isPreparing = false;
    #refusal: Error | undefined;

    constructor({ before, statement, after }: Batch, done: QueryDone) {
      super(statement, undefined, done);
      this.#before = before;
      this.#after = after;
      this.#name = statement.name;
      this.#text = statement.text;
    }

    override prepare(connection: PgConnection): void {
      this.state = "sent";
      for (const part of this.#before) this.#sendPart(connection, part);
      this.#isPreparing = true;
      super.prepare(connection);
      this.#isPreparing = false;
      this.#followAnswers();
    }

    /** Sends the end of the statement. `pg` would send a Sync here. */
    override _getRows(connection: PgConnection): void {
      connection.execute();
      for (const part of this.#after) this.#sendPart(connection, part);
      connection.sync();
    }

    override handleDataRow(message: unknown): void {
      if (this.completed === this.#before.length) super.handleDataRow(message);
    }

    override handleCommandComplete(message: unknown, connection: PgConnection): void {
      if (this.completed === this.#before.length) super.handleCommandComplete(message, connection);
      this.completed++;
      this.#followAnswers();
    }

    override handleReadyForQuery(connection: PgConnection): void {
      this.state = "answered";
      if (this.#refusal === undefined) super.handleReadyForQuery(connection);
      else super.handleError(this.#refusal, connection);
    }

    override handleError(error: Error, connection: PgConnection): void {
      // A value that pg cannot write: it has sent a Sync in place of the statement, which is answered first.
      if (this.#isPreparing) this.#refusal = error;
      else super.handleError(error, connection);
    }

    #sendPart(connection: PgConnection, { text, values, name: given }: Part): void {
      const name = this.#name === undefined ? undefined : given;
      const isParsed = name !== undefined && connection.parsedStatements[name] !== undefined;
      if (!isParsed) connection.parse({ text, name });
      connection.bind({ values, statement: name });
      connection.execute();
    }

    /** `pg` notes the name and text of the query that runs as prepared: those of the part that is answered. */
    #followAnswers(): void {
      const index = this.completed - this.#before.length;
      const part = index < 0 ? this.#before[this.completed] : this.#after[index - 1];
      this.text = part?.text ?? this.#text;
      this.name = part === undefined || this.#name === undefined ? this.#name : part.name;
    }
  };
}
