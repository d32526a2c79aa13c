import type { Clock } from "../clock.ts";
import { AuthError } from "../errors.ts";
import { explain } from "../log-text.ts";
import { within } from "../user-code/deadline.ts";
import { ignorePromise } from "../user-code/thenable.ts";
import { warn } from "../warning.ts";
import { createBudget } from "./fetch-budget.ts";
import { createKeyReports } from "./key-reports.ts";
import type { KeyStatus, RemoteKeys, WaitUntil } from "./key-source.ts";
import type { NamedKeys } from "./named-keys.ts";

/** How keys are fetched and how long they are valid. All times are in milliseconds. */
export interface Refreshing<Keys extends NamedKeys> {
  /** The name in warnings: the function that created the source. */
  readonly name: string;
  /** What is fetched, as hints name it. */
  readonly what: string;
  /** The `source` of events. */
  readonly source: string;
  /**
   * Fetches the input of `read`. It may be the application's code: it may fail, hang, or call back.
   *
   * @param signal Aborted after the deadline, and once the fetch has settled.
   */
  fetch(signal: AbortSignal): unknown;
  /**
   * Creates keys from the fetched value. A key that was in `previous` must stay the same object, so that
   * cached tokens stay valid. If it throws, or if `fetch` fails, the current keys stay.
   */
  read(fetched: unknown, previous: Keys | undefined): Keys;
  /** The time limit of one fetch. */
  readonly deadline: number;
  /** The age from which keys are no longer fresh. A refresh starts in the background at half of it. */
  readonly maxAge: number;
  /** How long the last keys stay valid. */
  readonly maxStale: number;
  /** Unknown keys get one more fetch per `cooldown`. */
  readonly cooldown: number;
  readonly clock: Clock;
  /** Returns a number from 0 up to 1. It spreads retries. */
  readonly random: () => number;
}

/** Fetched keys and their lifecycle. */
export interface RefreshedKeys<Keys> {
  /** The last valid keys; undefined before the first fetch, and once they are too old. */
  current(): Keys | undefined;
  readonly remote: RemoteKeys;
}

/** A running fetch. */
interface Attempt {
  readonly startedAt: number;
  /** The error that prevented newer keys; undefined on success. Never rejects, and may never settle. */
  readonly outcome: Promise<AuthError | undefined>;
  /** Whether a request waits for it, or the host keeps it alive. */
  isHeld: boolean;
  /** Whether `fetch` was called already. The fetch may lack keys that were published since. */
  isAsked: boolean;
}

/** Seconds to wait after the first failure. Each further failure doubles it, up to a minute. */
const [firstWait, longestWait] = [1, 60];
/** Fetches that unknown keys may cause at once, before they wait for their budget to refill. */
const sparedFetches = 5;
/** Milliseconds after its deadline at which a fetch is abandoned whose timer did not fire. */
const grace = 1000;

/**
 * Keeps keys fresh: concurrent fetches are joined and limited in time, failures back off, and the last keys
 * stay valid meanwhile.
 */
export function keepFresh<Keys extends NamedKeys>(options: Refreshing<Keys>): RefreshedKeys<Keys> {
  const { name, what, fetch, read, deadline, maxAge, maxStale, cooldown, clock, random } = options;
  const budget = createBudget(sparedFetches, cooldown, clock);
  const attemptTimeout = deadline + grace;
  const reports = createKeyReports(options.source);
  let set: Keys | undefined;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  /** After a failure, no fetch starts before this time. */
  let retryAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let failure: AuthError | undefined;
  let underWay: Attempt | undefined;
  /** Whether the last fetch was abandoned without a result. */
  let wasDropped = false;

  function begin(): Attempt {
    const attempt: Attempt = {
      startedAt: clock(),
      isHeld: false,
      isAsked: false,
      // In a microtask, so that others can join it: `fetch` may be user code that calls the verifier.
      outcome: Promise.resolve().then(() => run(attempt)),
    };
    underWay = attempt;
    return attempt;
  }

  async function run(attempt: Attempt): Promise<AuthError | undefined> {
    const ended = new AbortController();
    attempt.isAsked = true;
    try {
      const fetched = await within(deadline, () => fetch(ended.signal));
      // The result of an abandoned fetch must not replace newer keys.
      if (underWay !== attempt) return givenUp();
      adopt(read(fetched, set), attempt.startedAt);
      return undefined;
    } catch (error) {
      return underWay === attempt ? fail(error) : givenUp();
    } finally {
      if (underWay === attempt) underWay = undefined;
      ended.abort();
    }
  }

  function adopt(next: Keys, startedAt: number): void {
    const previous = set;
    replace(previous, next);
    set = next;
    fetchedAt = startedAt;
    retryAt = Number.NEGATIVE_INFINITY;
    failures = 0;
    failure = undefined;
    wasDropped = false;
    reports.adopted(previous, next);
  }

  function fail(error: unknown): AuthError {
    const wait = Math.min(longestWait, firstWait * 2 ** failures) * 1000;
    failures++;
    wasDropped = false;
    retryAt = clock() + wait * (0.5 + random() / 2);
    failure = notLoaded(what, error);
    if (failures === 1 && set !== undefined)
      warn(`${name}: ${failure.hint}; the last keys stay in use`, "USHER_KEYS_STALE");
    reports.failed(set, error);
    return failure;
  }

  /**
   * The running fetch, unless it must be considered dead. Some hosts drop a request's work when the request
   * ends, including its timers, and report nothing. So the next request checks the time.
   */
  function live(): Attempt | undefined {
    if (underWay !== undefined && clock() - underWay.startedAt >= attemptTimeout) drop(underWay);
    return underWay;
  }

  function drop(attempt: Attempt): void {
    if (underWay !== attempt) return;
    underWay = undefined;
    wasDropped = true;
  }

  async function refresh(): Promise<void> {
    let attempt = live();
    // A request only joins a fetch that another request is still waiting for: any other fetch may have ended
    // with its request.
    if (attempt === undefined || !attempt.isHeld) {
      if (clock() < retryAt) throw failure;
      if (isFresh() && !budget.take()) throw outOfBudget();
      attempt = begin();
      attempt.isHeld = true;
    }
    const { outcome } = attempt;
    const failed = await within(attemptTimeout, () => outcome).catch((error) => {
      drop(attempt);
      return notLoaded(what, error);
    });
    if (failed !== undefined) throw failed;
  }

  function maintain(waitUntil?: WaitUntil): void {
    if (set === undefined) return;
    const age = clock() - fetchedAt;
    if (age < maxAge / 2) return;
    if (age >= maxStale) {
      const dropped = set;
      replace(dropped, undefined);
      set = undefined;
      reports.dropped(dropped);
    } else if (live() === undefined && clock() >= retryAt) {
      const attempt = begin();
      if (waitUntil !== undefined) attempt.isHeld = isKept(waitUntil, attempt.outcome);
    }
  }

  /**
   * Whether only an unknown key could need newer keys: there are keys, they are fresh, and the last fetch
   * succeeded.
   */
  function isFresh(): boolean {
    return set !== undefined && failures === 0 && clock() - fetchedAt < maxAge;
  }

  function outOfBudget(): AuthError {
    const seconds = Math.ceil(budget.wait() / 1000);
    return unavailable(
      `no key fits this token, and ${what} was loaded ${sparedFetches} times recently because of unknown keys: the next load may start in ${seconds} s`,
    );
  }

  const givenUp = () => unavailable(`${what} was not loaded in time`);

  function status(): KeyStatus {
    if (set === undefined) return { state: "missing" };
    const age = clock() - fetchedAt;
    return { state: age < maxAge ? "fresh" : "stale", age: Math.floor(age / 1000) };
  }

  /**
   * After a failed refresh, no request waits for the next one while there are keys, unless the fetch was
   * dropped. A fetch that was dropped began after the wait of the failure, so that the next one may start.
   */
  function overdue(): boolean {
    if (set === undefined || clock() - fetchedAt < maxAge) return false;
    live();
    return failures === 0 || wasDropped;
  }

  return {
    current: () => set,
    remote: {
      maintain,
      overdue,
      unavailable: () =>
        failure ?? (set === undefined ? unavailable(`${what} has not been loaded yet`) : undefined),
      refreshing: () => {
        const { isHeld, isAsked } = live() ?? { isHeld: false, isAsked: false };
        return isHeld && isAsked;
      },
      refresh,
      timeout: 2 * attemptTimeout,
      status,
    },
  };
}

/** Marks the keys that the next set lacks. They verify nothing from now on. */
function replace(previous: NamedKeys | undefined, next: NamedKeys | undefined): void {
  for (const [name, key] of previous?.byName ?? []) {
    if (next?.byName.get(name) !== key) key.retired = true;
  }
}

/** Whether the host keeps the work alive. `waitUntil` is the host's or the application's, and may fail. */
function isKept(waitUntil: WaitUntil, work: Promise<unknown>): boolean {
  try {
    ignorePromise(waitUntil(work));
    return true;
  } catch {
    return false;
  }
}

function notLoaded(what: string, cause: unknown): AuthError {
  return new AuthError("keys_unavailable", { hint: `${what} cannot be loaded: ${explain(cause)}`, cause });
}

function unavailable(hint: string): AuthError {
  return new AuthError("keys_unavailable", { hint });
}
