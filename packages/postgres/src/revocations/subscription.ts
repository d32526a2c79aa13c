import type { RevocationListener } from "@usher-auth/verify/revocation";
import type { Connection, Driver } from "./drivers/driver.ts";
import { loadAll } from "./load.ts";
import { newRows, type Position, readPosition, restoredRows } from "./new-rows.ts";
import { type Notifications, noNotifications } from "./notifications/notifications.ts";
import { listenOnOwnConnection } from "./notifications/own-connection.ts";
import { listenOnPollingConnection } from "./notifications/shared-connection.ts";
import { warn } from "./warning.ts";

/** Where to listen, and how often to query, in milliseconds. */
interface SubscriptionOptions {
  /** Where to listen for new rows; false: nowhere. Default: on the connection that also queries. */
  readonly listen?: Driver | false;
  /** Between two queries without a notification. Each one shows that nothing is missing. Default 1,000. */
  readonly poll?: number;
  /** Between two full scans, which find rows that a restore brought from another server. Default 60,000. */
  readonly scan?: number;
}

/** Milliseconds in which further notifications join the first: one query answers them all. */
const batchWindow = 10;

/** Milliseconds to wait after the first failure. Each further failure doubles it, up to the second number. */
const [firstWait, longestWait] = [100, 2_000];

/**
 * Tells the listener about every revocation that is appended from now on, until the returned function is
 * called. Uses its own connection, and replaces it when it breaks or does not answer in time.
 *
 * A notification has no content: it only triggers a query. So no revocation can be lost with a notification,
 * or be too long for one. Queries need no session: behind a pooler, each may run on another connection.
 *
 * @param options The intervals are for tests, which need not wait as long.
 * @throws When the first connection fails.
 */
export async function subscribe(
  driver: Driver,
  listener: RevocationListener,
  options: SubscriptionOptions = {},
): Promise<() => Promise<void>> {
  const { listen, poll: pollInterval = 1_000, scan: scanInterval = 60_000 } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let isLost = false;
  let failures = 0;
  let wake = Promise.withResolvers<void>();
  const notifications = startNotifications();
  let connection: Connection | undefined;
  let position: Position;
  try {
    connection = await open();
    position = await readPosition(connection);
    await notifications.verify(connection);
  } catch (error) {
    await notifications.stop();
    await connection?.close();
    throw error;
  }
  let scannedAt = performance.now();
  const running = run();

  function startNotifications(): Notifications {
    const wakeUp = () => wake.resolve();
    if (listen === false) return noNotifications;
    return listen === undefined
      ? listenOnPollingConnection(driver, wakeUp)
      : listenOnOwnConnection(listen, driver, wakeUp);
  }

  /** If the listener (application code) throws synchronously, its batch is delivered again after a pause. */
  function tell(event: keyof RevocationListener, ...input: unknown[]): void {
    const result: unknown = (listener[event] as (...input: unknown[]) => unknown)(...input);
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
        await poll();
        failures = 0;
        await wokenOrAfter(pollInterval);
        if (!signal.aborted) await pause(batchWindow);
      } catch (error) {
        if (signal.aborted) break;
        tellFailure(error);
        await closeConnection();
        wake = Promise.withResolvers();
        await wokenOrAfter(Math.min(longestWait, firstWait * 2 ** failures++) * (0.5 + Math.random() / 2));
      }
    }
    await closeConnection();
  }

  async function poll(): Promise<void> {
    if (isLost) throw new Error("the connection was lost");
    connection ??= await reopen();
    // Before the query: a notification that arrives from now on may be about a row that the query does not
    // see.
    wake = Promise.withResolvers();
    for await (const { batch, snapshot } of newRows(connection, position.snapshot)) {
      if (batch.length > 0) tell("revoked", batch);
      if (snapshot !== undefined) position = { ...position, snapshot };
    }
    if (performance.now() - scannedAt >= scanInterval) await scan(connection);
    tell("confirmed");
  }

  async function scan(connection: Connection): Promise<void> {
    for await (const { batch, snapshot } of restoredRows(connection, position.scanned)) {
      if (batch.length > 0) tell("revoked", batch);
      if (snapshot !== undefined) position = { ...position, scanned: snapshot };
    }
    scannedAt = performance.now();
  }

  /**
   * After a restart or a failover, old snapshots may not be comparable with new ones: everything is read
   * again.
   */
  async function reopen(): Promise<Connection> {
    const fresh = await open();
    try {
      const current = await readPosition(fresh);
      if (current.server !== position.server) {
        for await (const batch of loadAll(fresh)) tell("revoked", batch);
        position = current;
      }
      await notifications.verify(fresh);
      return fresh;
    } catch (error) {
      await fresh.close();
      throw error;
    }
  }

  function open(): Promise<Connection> {
    isLost = false;
    const lost = () => {
      isLost = true;
      wake.resolve();
    };
    return driver.connect({
      channels: notifications.channels(),
      notified: notifications.notified,
      lost,
      signal,
    });
  }

  async function closeConnection(): Promise<void> {
    const closing = connection;
    connection = undefined;
    await closing?.close();
    isLost = false;
  }

  function wokenOrAfter(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake.promise.then(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  return async () => {
    // Ends waiting for an answer, for a connection, and for the next poll.
    stopping.abort();
    wake.resolve();
    await Promise.all([running, notifications.stop()]);
  };
}

function warnOfListener(error: unknown): void {
  warn("a listener of revocations failed", error, "USHER_LISTENER_FAILED");
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
