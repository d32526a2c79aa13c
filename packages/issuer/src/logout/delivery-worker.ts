import { databaseTimeout, withDeadline } from "../deadline.ts";
import { codeOf, type Log } from "../log.ts";
import { backOff } from "./back-off.ts";
import type { Clock } from "./clock.ts";
import { originOf, publishDelivery } from "./delivery-events.ts";
import { createDeliveryLog } from "./delivery-log.ts";
import type { DeliveryQueue } from "./delivery-queue.ts";
import type { Delivery } from "./delivery-table.ts";
import { giveUpExpired } from "./give-up.ts";

/** Sends the deliveries of one endpoint. */
export interface DeliveryWorker {
  /** Looks for deliveries now. Resolves when none is left to send at the moment. Never rejects. */
  wake(): Promise<void>;
  /** Starts nothing more. Resolves when the attempts in progress end, in at most 5 seconds. */
  stop(): Promise<void>;
}

/** What a delivery worker depends on. */
export interface DeliveryWorkerParts {
  readonly endpoint: string;
  readonly queue: DeliveryQueue;
  /** Signs and sends. Returns why it failed, or `undefined` when it was acknowledged. Never rejects. */
  readonly attempt: (delivery: Delivery) => Promise<string | undefined>;
  readonly log: Log;
  readonly clock: Clock;
}

/** An attempt, by its number. */
type Attempt = { readonly attempts: number; readonly failure?: string | undefined };

/** Concurrent attempts. */
const batchSize = 16;

/** Milliseconds until the first poll, at most. */
const firstPoll = 1000;

/** Milliseconds between polls for deliveries of other processes. A logout in this process calls `wake`. */
const pollInterval = 5000;

/** Milliseconds between deletions of expired deliveries. */
const cleanUpInterval = 60_000;

/** Milliseconds for one query. After a lost connection, an answer may never come. */
const databaseDeadline = 5000;

/** Milliseconds for the attempts in progress when the worker is stopped. */
const stopDeadline = 5000;

/** Consecutive failed reads before a line in the log: migrations may still be running at the start. */
const readFailuresBeforeLog = 4;

/**
 * The worker sends due deliveries in batches until none is left. After a failure it pauses, longer each time,
 * and then tries a single delivery: a backend that is down gets one request at a time, however long the queue
 * is.
 */
export function createDeliveryWorker({
  endpoint,
  queue,
  attempt,
  log,
  clock,
}: DeliveryWorkerParts): DeliveryWorker {
  const deliveryLog = createDeliveryLog(originOf(endpoint), log, clock);
  let failures = 0;
  let readFailures = 0;
  let pause = 0;
  let idle = pollInterval;
  let cleanUpAt = clock.now();
  let [busy, again, stopped] = [false, false, false];
  let running = Promise.resolve();
  let cancelTimer = clock.schedule(firstPoll * clock.chance(), poll);

  function wake(): Promise<void> {
    again = true;
    if (!busy && !stopped && pause === 0) running = run();
    return running;
  }

  function poll(): void {
    pause = 0;
    wake();
  }

  async function run(): Promise<void> {
    busy = true;
    cancelTimer();
    while (again && !stopped && pause === 0) {
      again = false;
      await sendBatch();
    }
    busy = false;
    if (!stopped) cancelTimer = clock.schedule(pause || idle, poll);
  }

  async function sendBatch(): Promise<void> {
    try {
      await cleanUp();
      const next = await query(() => queue.next(endpoint, failures === 0 ? batchSize : 1));
      const waits = next.map(({ dueAt }) => dueAt.getTime() - clock.now()).filter((wait) => wait > 0);
      idle = Math.min(pollInterval, ...waits);
      const due = next.slice(0, next.length - waits.length);
      const results = await Promise.all(due.map(deliver));
      readFailures = 0;
      again ||= due.length > 0;
      updateBackOff(results.filter((result) => result !== undefined));
    } catch (error) {
      readFailures += 1;
      pause = backOff(readFailures, clock.chance());
      if (readFailures === readFailuresBeforeLog) {
        log.error(
          `usherJwt: cannot read the table usherLogout (${codeOf(error)}). ` +
            "If it is missing, run Better Auth's migrations",
        );
      }
    }
  }

  /** Undefined when it is not this process's turn, or there is nothing to send yet. */
  async function deliver(delivery: Delivery): Promise<Attempt | undefined> {
    const outcome = await query(() => queue.outcome(delivery));
    if (outcome !== "done") {
      await query(() => (outcome === "refused" ? queue.remove(delivery) : queue.postpone(delivery, outcome)));
      return undefined;
    }
    const claimed = await query(() => queue.claim(delivery));
    if (claimed === undefined) return undefined;
    if (claimed.subjects) {
      await query(() => queue.expand(claimed));
      return undefined;
    }
    return await send(claimed);
  }

  async function send(delivery: Delivery): Promise<Attempt> {
    const { attempts } = delivery;
    const failure = await attempt(delivery);
    if (failure === undefined) {
      const isOurs = await query(() => queue.remove(delivery));
      if (isOurs) publishDelivery(delivery, { outcome: "acknowledged" }, clock.now());
      return { attempts };
    }
    const wait = backOff(attempts, clock.chance());
    const isOurs = await query(() => queue.postpone(delivery, wait, failure));
    const outcome = { outcome: "failed", reason: failure, retryIn: wait / 1000 } as const;
    if (isOurs) publishDelivery(delivery, outcome, clock.now());
    return { attempts, failure };
  }

  function updateBackOff(results: readonly Attempt[]): void {
    if (results.length === 0) return;
    const failed = results.filter(({ failure }) => failure !== undefined);
    if (failed.length === 0) {
      failures = 0;
      deliveryLog.accepted();
      return;
    }
    failures += 1;
    pause = backOff(failures, clock.chance());
    for (const { failure, attempts } of failed) deliveryLog.failed(String(failure), attempts, pause);
  }

  async function cleanUp(): Promise<void> {
    if (clock.now() < cleanUpAt) return;
    const isMore = await giveUpExpired({ queue, query, log, clock });
    again ||= isMore;
    if (!isMore) cleanUpAt = clock.now() + cleanUpInterval;
  }

  const schedule: Clock["schedule"] = (milliseconds, action) => clock.schedule(milliseconds, action);

  function query<Value>(work: () => Promise<Value>): Promise<Value> {
    return withDeadline(databaseDeadline, work, databaseTimeout, schedule);
  }

  return {
    wake,
    async stop() {
      stopped = true;
      cancelTimer();
      await withDeadline(stopDeadline, () => running, databaseTimeout, schedule).catch(() => undefined);
    },
  };
}
