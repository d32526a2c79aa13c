import type { Revocation, RevocationListener } from "@usher-auth/verify";
import type { Connection, Driver, Row } from "./drivers/driver.ts";
import { loadAll } from "./load.ts";
import {
  arrivalsStatement,
  channel,
  newsStatement,
  pageSize,
  positionStatement,
  readRevocation,
} from "./statements.ts";
import { warn } from "./warning.ts";

/** Milliseconds between two looks at the table, notified or not: each shows that nothing is missing. */
const heartbeat = 1_000;

/**
 * Milliseconds between two looks that believe no row what transaction it is of: a restore brings those of
 * another server.
 */
const thoroughInterval = 60_000;

/** Milliseconds in which further notifications join the first: one look answers them all. */
const gathering = 10;

/** Milliseconds to wait after the first failure; each further one doubles it. */
const [firstWait, longestWait] = [100, 2_000];

/** Up to where a replica has seen the table. */
interface Position {
  readonly snapshot: string;
  /** Up to where it has seen it by a thorough look. */
  readonly thorough: string;
  readonly server: string;
}

/**
 * Tells the listener what anybody appends, from now on, over a connection of its own, until the returned
 * function is called. A notification only says that there is something new: what it is, is always read from
 * the table, so that none can be lost, and none is too long. A connection that breaks, or does not answer in
 * time, is replaced by a new one.
 *
 * @param thoroughly Milliseconds between two thorough looks.
 * @throws When there is no connection to begin with.
 */
export async function follow(
  driver: Driver,
  listener: RevocationListener,
  thoroughly: number = thoroughInterval,
): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  const { signal } = stopping;
  let isLost = false;
  let failures = 0;
  let bell = Promise.withResolvers<void>();
  let connection: Connection | undefined = await open();
  let position = await positionOf(connection);
  let lookedThoroughlyAt = performance.now();
  const running = run();

  /**
   * A listener may be of the user's own. What it did not take because it threw is told once more, after a
   * pause.
   */
  function tell(what: keyof RevocationListener, ...input: unknown[]): void {
    const result: unknown = (listener[what] as (...input: unknown[]) => unknown)(...input);
    new Promise((resolve) => resolve(result)).catch(warnOfListener);
  }

  function tellFailure(failure: unknown): void {
    try {
      tell("failed", failure);
    } catch (error) {
      warnOfListener(error);
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await lookOnce();
        failures = 0;
        await ringOr(heartbeat);
        if (!signal.aborted) await pause(gathering);
      } catch (error) {
        if (signal.aborted) break;
        tellFailure(error);
        await drop();
        bell = Promise.withResolvers();
        await ringOr(Math.min(longestWait, firstWait * 2 ** failures++) * (0.5 + Math.random() / 2));
      }
    }
    await drop();
  }

  async function lookOnce(): Promise<void> {
    if (isLost) throw new Error("the connection was lost");
    connection ??= await reopen();
    // Whoever rings from here on may mean what this look does not see.
    bell = Promise.withResolvers();
    for await (const { batch, snapshot } of news(connection, newsStatement, position.snapshot, ["0", "0"])) {
      if (batch.length > 0) tell("revoked", batch);
      if (snapshot !== undefined) position = { ...position, snapshot };
    }
    if (performance.now() - lookedThoroughlyAt >= thoroughly) await lookThoroughly(connection);
    tell("confirmed");
  }

  async function lookThoroughly(connection: Connection): Promise<void> {
    for await (const { batch, snapshot } of news(connection, arrivalsStatement, position.thorough, ["0"])) {
      if (batch.length > 0) tell("revoked", batch);
      if (snapshot !== undefined) position = { ...position, thorough: snapshot };
    }
    lookedThoroughlyAt = performance.now();
  }

  /**
   * Snapshots of a server that was restarted, or of another one that has taken over, may not continue those
   * of before: everything is read again then.
   */
  async function reopen(): Promise<Connection> {
    const fresh = await open();
    try {
      const reached = await positionOf(fresh);
      if (reached.server !== position.server) {
        for await (const batch of loadAll(fresh)) tell("revoked", batch);
        position = reached;
      }
      return fresh;
    } catch (error) {
      await fresh.close();
      throw error;
    }
  }

  function open(): Promise<Connection> {
    isLost = false;
    const ring = () => bell.resolve();
    const lost = () => {
      isLost = true;
      ring();
    };
    return driver.connect({ channel, notified: ring, lost, signal });
  }

  async function drop(): Promise<void> {
    const dropped = connection;
    connection = undefined;
    await dropped?.close();
    isLost = false;
  }

  function ringOr(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      bell.promise.then(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  return async () => {
    // Whatever waits for an answer, or for a connection, need not any more.
    stopping.abort();
    bell.resolve();
    await running;
  };
}

function warnOfListener(error: unknown): void {
  warn("a listener of revocations failed", error, "USHER_LISTENER_FAILED");
}

async function positionOf(connection: Connection): Promise<Position> {
  const [row] = await connection.query(positionStatement);
  const snapshot = String(row?.snapshot);
  return { snapshot, thorough: snapshot, server: String(row?.server) };
}

/**
 * What a snapshot could not see, in pages. The last one comes with the snapshot of the FIRST look: what was
 * committed between two pages, in a place that had been passed already, is then news again.
 */
async function* news(
  connection: Connection,
  statement: string,
  since: string,
  from: readonly string[],
): AsyncGenerator<{ batch: Revocation[]; snapshot?: string }> {
  let first: string | undefined;
  let last = from;
  for (;;) {
    const rows: readonly Row[] = await connection.query(statement, [since, ...last]);
    first ??= String(rows[0]?.snapshot);
    const found = rows.filter(({ sequence }) => sequence !== null);
    const batch = found.map(readRevocation);
    if (found.length < pageSize) return yield { batch, snapshot: first };
    yield { batch };
    const end = found.at(-1);
    last =
      statement === newsStatement
        ? [String(end?.transaction), String(end?.sequence)]
        : [String(end?.sequence)];
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
