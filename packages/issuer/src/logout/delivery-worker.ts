import { within } from "../deadline.ts";
import { backOff } from "./back-off.ts";
import type { Clock } from "./clock.ts";
import type { Delivery, Outbox } from "./delivery-queue.ts";

/** Sends the deliveries of one endpoint. */
export interface Courier {
  /** Looks for deliveries now. Resolves when there is nothing more to do at the moment. Never rejects. */
  wake(): Promise<void>;
  /** Begins nothing more, and resolves when what is under way is over, in at most 5 seconds. */
  stop(): Promise<void>;
}

/** What a courier works with. */
export interface CourierParts {
  readonly endpoint: string;
  readonly outbox: Outbox;
  /** Signs and sends; tells why it was not acknowledged, or `undefined` when it was. Never rejects. */
  readonly attempt: (delivery: Delivery) => Promise<string | undefined>;
  readonly log: Record<"info" | "warn" | "error", (message: string) => void>;
  readonly clock: Clock;
}

type Outcome = { readonly taken: boolean; readonly refusal?: string | undefined };

/** Attempts under way at the same time. */
const batch = 16;

/** Milliseconds from the start to the first look, at most. */
const firstLook = 1000;

/**
 * Milliseconds between looks for what another process left behind. What this process records wakes it at
 * once.
 */
const idleInterval = 5000;

/** Milliseconds. */
const sweepInterval = 60_000;

/**
 * Milliseconds for one answer of the database: one that never comes, as of a connection that was lost, is a
 * failure.
 */
const databaseDeadline = 5000;

/** Milliseconds for what is under way at the end. */
const stopDeadline = 5000;

/**
 * Failures to read the database in a row that are worth a line: at the very start its tables may just be
 * being made.
 */
const readFailuresTold = 4;

/**
 * A courier takes what is due, in batches, until nothing is. After a failure it pauses, longer each time, and
 * then tries a single delivery: a backend that is down is asked now and then, however much waits for it, and
 * everything follows once it answers.
 */
export function createCourier({ endpoint, outbox, attempt, log, clock }: CourierParts): Courier {
  const name = new URL(endpoint).origin;
  let refused = 0;
  let unread = 0;
  let pause = 0;
  let idle = idleInterval;
  let sweepAt = clock.now();
  let [busy, again, stopped] = [false, false, false];
  let running = Promise.resolve();
  let callOff = clock.later(firstLook * clock.chance(), look);

  function wake(): Promise<void> {
    again = true;
    if (!busy && !stopped && pause === 0) running = work();
    return running;
  }

  function look(): void {
    pause = 0;
    wake();
  }

  async function work(): Promise<void> {
    busy = true;
    callOff();
    while (again && !stopped && pause === 0) {
      again = false;
      await round();
    }
    busy = false;
    if (!stopped) callOff = clock.later(pause || idle, look);
  }

  async function round(): Promise<void> {
    try {
      await sweep();
      const next = await inTime(() => outbox.next(endpoint, refused === 0 ? batch : 1));
      const waits = next.map(({ dueAt }) => dueAt.getTime() - clock.now()).filter((wait) => wait > 0);
      idle = Math.min(idleInterval, ...waits);
      const due = next.slice(0, next.length - waits.length);
      const outcomes = await Promise.all(due.map(deliver));
      unread = 0;
      again ||= due.length > 0;
      judge(outcomes.filter(({ taken }) => taken));
    } catch (error) {
      unread += 1;
      pause = backOff(unread, clock.chance());
      if (unread === readFailuresTold) {
        log.error(
          `usherJwt: cannot read the table usherLogout (${reasonOf(error)}). Where it is missing, run Better Auth's migrations`,
        );
      }
    }
  }

  async function deliver(delivery: Delivery): Promise<Outcome> {
    const outcome = await inTime(() => outbox.outcome(delivery));
    if (outcome !== "done") {
      await inTime(() =>
        outcome === "refused" ? outbox.remove(delivery) : outbox.postpone(delivery, outcome),
      );
      return { taken: false };
    }
    if (!(await inTime(() => outbox.claim(delivery)))) return { taken: false };
    const refusal = await attempt(delivery);
    const wait = backOff(delivery.attempts + 1, clock.chance());
    await inTime(() => (refusal === undefined ? outbox.remove(delivery) : outbox.postpone(delivery, wait)));
    return { taken: true, refusal };
  }

  function judge(outcomes: readonly Outcome[]): void {
    if (outcomes.length === 0) return;
    const refusal = outcomes.find((outcome) => outcome.refusal !== undefined)?.refusal;
    if (refusal === undefined) {
      if (refused > 0) log.info(`usherJwt: ${name} takes logout tokens again`);
      refused = 0;
      return;
    }
    refused += 1;
    pause = backOff(refused, clock.chance());
    if (refused === 1)
      log.warn(`usherJwt: ${name} did not take a logout token (${refusal}); trying again until it does`);
  }

  async function sweep(): Promise<void> {
    if (clock.now() < sweepAt) return;
    const forgotten = await inTime(() => outbox.sweep());
    sweepAt = clock.now() + sweepInterval;
    if (forgotten > 0)
      log.error(`usherJwt: ${forgotten} logouts were never taken, and what they end has expired`);
  }

  const later: Clock["later"] = (milliseconds, run) => clock.later(milliseconds, run);

  function inTime<Value>(work: () => Promise<Value>): Promise<Value> {
    return within(databaseDeadline, work, tooLate, later);
  }

  return {
    wake,
    async stop() {
      stopped = true;
      callOff();
      await within(stopDeadline, () => running, tooLate, later).catch(() => undefined);
    },
  };
}

function tooLate(): Error {
  return Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" });
}

/** The short reason of a driver's error; not its text, which may quote a statement. */
function reasonOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return String(code ?? name ?? "unknown reason");
}
