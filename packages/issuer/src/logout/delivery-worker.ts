import { withDeadline } from "../deadline.ts";
import type { Log } from "../log.ts";
import { backOff } from "./back-off.ts";
import type { Clock } from "./clock.ts";
import type { Delivery, DeliveryQueue } from "./delivery-queue.ts";

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

type Result = { readonly attempted: boolean; readonly failure?: string | undefined };

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
  const backend = new URL(endpoint).origin;
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
      updateBackOff(results.filter(({ attempted }) => attempted));
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

  async function deliver(delivery: Delivery): Promise<Result> {
    const outcome = await query(() => queue.outcome(delivery));
    if (outcome !== "done") {
      await query(() => (outcome === "refused" ? queue.remove(delivery) : queue.postpone(delivery, outcome)));
      return { attempted: false };
    }
    if (!(await query(() => queue.claim(delivery)))) return { attempted: false };
    if (delivery.subjects) {
      await query(() => queue.expand(delivery));
      return { attempted: false };
    }
    const failure = await attempt(delivery);
    const wait = backOff(delivery.attempts + 1, clock.chance());
    await query(() => (failure === undefined ? queue.remove(delivery) : queue.postpone(delivery, wait)));
    return { attempted: true, failure };
  }

  function updateBackOff(results: readonly Result[]): void {
    if (results.length === 0) return;
    const failure = results.find((result) => result.failure !== undefined)?.failure;
    if (failure === undefined) {
      if (failures > 0) log.info(`usherJwt: ${backend} accepts logout tokens again`);
      failures = 0;
      return;
    }
    failures += 1;
    pause = backOff(failures, clock.chance());
    if (failures === 1)
      log.warn(`usherJwt: ${backend} did not accept a logout token (${failure}); retrying until it does`);
  }

  async function cleanUp(): Promise<void> {
    if (clock.now() < cleanUpAt) return;
    const expired = await query(() => queue.removeExpired());
    cleanUpAt = clock.now() + cleanUpInterval;
    if (expired > 0)
      log.error(`usherJwt: ${expired} logouts were never acknowledged; the tokens they revoke have expired`);
  }

  const schedule: Clock["schedule"] = (milliseconds, action) => clock.schedule(milliseconds, action);

  function query<Value>(work: () => Promise<Value>): Promise<Value> {
    return withDeadline(databaseDeadline, work, timeoutError, schedule);
  }

  return {
    wake,
    async stop() {
      stopped = true;
      cancelTimer();
      await withDeadline(stopDeadline, () => running, timeoutError, schedule).catch(() => undefined);
    },
  };
}

function timeoutError(): Error {
  return Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" });
}

/** The code or name of a driver's error. Its message may quote a statement. */
function codeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return String(code ?? name ?? "unknown reason");
}
