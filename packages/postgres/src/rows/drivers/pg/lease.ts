import { type BatchQueryClass, batchQueryOf } from "./batch.ts";
import type { ConnectedPool, PgClient, ReleaseClient } from "./pg-shape.ts";

/** A connection of the pool while it is ours. */
export class Lease {
  readonly client: PgClient;
  readonly BatchQuery: BatchQueryClass;
  readonly #release: ReleaseClient;
  readonly #pipeline: boolean | undefined;
  #isOver = false;

  constructor(client: PgClient, release: ReleaseClient) {
    this.BatchQuery = batchQueryOf(client);
    this.client = client;
    this.#pipeline = client.pipeline;
    this.#release = release;
    // Without a listener, a lost connection would end the process. Its queries get the error as well.
    client.on("error", ignore);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** As of the last complete answer. Null: the connection is new, and has run nothing. */
  get isInTransaction(): boolean {
    const status = this.client.getTransactionStatus();
    return status === "T" || status === "E";
  }

  /** `pg` refuses cursors in pipeline mode. Nothing may be on its way. */
  leavePipelineMode(): void {
    if (this.#pipeline) this.client.pipeline = false;
  }

  /** For a connection that is idle, outside any transaction. */
  giveBack(): void {
    this.#end(this.isInTransaction);
  }

  /**
   * For a connection of which anything is doubtful: its running queries fail, and Postgres rolls back. Closed
   * at once: a peer that has silently gone would never answer to a goodbye.
   */
  destroy(): void {
    if (this.#isOver) return;
    this.leavePipelineMode();
    this.#end(true);
    this.client.connection.stream.destroy();
  }

  #end(isDoubtful: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#pipeline && !isDoubtful) this.client.pipeline = true;
    this.#release(isDoubtful);
    // From here on, the pool listens.
    if (!isDoubtful) this.client.removeListener("error", ignore);
  }
}

/**
 * Takes an idle connection. One that other code has returned inside a transaction is closed: what runs on it
 * would not be committed, or would be bound to another principal.
 */
export function takeLease(pool: ConnectedPool, taken: (error: unknown, lease?: Lease) => void): void {
  pool.connect((error, client, release) => {
    if (error) return taken(error);
    let lease: Lease;
    try {
      lease = new Lease(client, release);
    } catch (unsupported) {
      release();
      return taken(unsupported);
    }
    if (!lease.isInTransaction) return taken(undefined, lease);
    lease.destroy();
    takeLease(pool, taken);
  });
}

function ignore(): void {}
