import type { Revocation, RevocationListener } from "@usher-auth/verify";
import type { Connection, Driver, Row } from "./driver.ts";
import { loadAll } from "./load.ts";
import { channel, newsStatement, pageSize, positionStatement, readRevocation } from "./statements.ts";

/** Milliseconds between two looks at the table, notified or not: each shows that nothing is missing. */
const heartbeat = 1_000;

/** Milliseconds in which further notifications join the first: one look answers them all. */
const gathering = 10;

/** Milliseconds to wait after the first failure; each further one doubles it. */
const [firstWait, longestWait] = [100, 2_000];

/** Up to where a replica has seen the table. */
interface Position {
  readonly snapshot: string;
  readonly server: string;
}

/**
 * Tells the listener what anybody appends, from now on, over a connection of its own, until the returned function is
 * called. A notification only says that there is something new: what it is, is always read from the table, so that none
 * can be lost, and none is too long. A connection that breaks, or does not answer in time, is replaced by a new one.
 *
 * @throws When there is no connection to begin with.
 */
export async function follow(driver: Driver, listener: RevocationListener): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  const { signal } = stopping;
  let isLost = false;
  let failures = 0;
  let bell = Promise.withResolvers<void>();
  let connection: Connection | undefined = await open();
  let position = await positionOf(connection);
  const running = run();

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await lookOnce();
        failures = 0;
        await ringOr(heartbeat);
        if (!signal.aborted) await pause(gathering);
      } catch (error) {
        if (signal.aborted) break;
        listener.failed(error);
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
    for await (const { batch, snapshot } of news(connection, position.snapshot)) {
      if (batch.length > 0) listener.revoked(batch);
      if (snapshot !== undefined) position = { ...position, snapshot };
    }
    listener.confirmed();
  }

  /**
   * Snapshots of a server that was restarted, or of another one that has taken over, may not continue those of before:
   * everything is read again then.
   */
  async function reopen(): Promise<Connection> {
    const fresh = await open();
    try {
      const { snapshot, server } = await positionOf(fresh);
      if (server !== position.server) {
        for await (const batch of loadAll(fresh)) listener.revoked(batch);
        position = { snapshot, server };
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

async function positionOf(connection: Connection): Promise<Position> {
  const [row] = await connection.query(positionStatement);
  return { snapshot: String(row?.snapshot), server: String(row?.server) };
}

/**
 * What a snapshot could not see, in pages. The last one comes with the snapshot of the FIRST look: what was committed
 * between two pages, in a place that had been passed already, is then news again.
 */
async function* news(
  connection: Connection,
  since: string,
): AsyncGenerator<{ batch: Revocation[]; snapshot?: string }> {
  let first: string | undefined;
  let last: readonly [transaction: string, sequence: string] = ["0", "0"];
  for (;;) {
    const rows: readonly Row[] = await connection.query(newsStatement, [since, ...last]);
    first ??= String(rows[0]?.snapshot);
    const found = rows.filter(({ sequence }) => sequence !== null);
    const batch = found.map(readRevocation);
    if (found.length < pageSize) return yield { batch, snapshot: first };
    yield { batch };
    const end = found.at(-1);
    last = [String(end?.transaction), String(end?.sequence)];
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
