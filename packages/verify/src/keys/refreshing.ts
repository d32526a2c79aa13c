import type { Clock } from "../clock.ts";
import { AuthError } from "../errors.ts";
import { explain } from "../log-text.ts";
import { within } from "../user-code/deadline.ts";
import { ignorePromise } from "../user-code/thenable.ts";
import { warn } from "../warning.ts";
import { createBudget } from "./fetch-budget.ts";
import type { KeyStatus, RemoteKeys, WaitUntil } from "./key-source.ts";
import type { VerificationKey } from "./signature.ts";

/** Keys that were read together, each by a name that tells it from every other. */
export interface NamedKeys {
  readonly byName: ReadonlyMap<string, VerificationKey>;
}

/** How a set of keys is fetched and how long it is good. All times are in milliseconds. */
export interface Refreshing<Keys extends NamedKeys> {
  /** What it is called in warnings: the function that made the source. */
  readonly name: string;
  /** What is fetched, as a hint names it. */
  readonly what: string;
  /**
   * Fetches whatever `read` reads. It may do what it likes: fail, hang, or call back.
   *
   * @param signal Aborted when nobody waits for it any more: after the deadline, and once it has answered.
   */
  fetch(signal: AbortSignal): unknown;
  /**
   * Makes keys of what was fetched. Those of `previous` that are listed again must be the same objects, so
   * that what they verified stays verified. What it throws, as what `fetch` does, is no reason to let go of
   * those that are here.
   */
  read(fetched: unknown, previous: Keys | undefined): Keys;
  /** How long a fetch may take. */
  readonly deadline: number;
  /** The age at which keys are no longer fresh. A refresh starts in the background at half of it. */
  readonly maxAge: number;
  /** How long the last good keys go on serving. */
  readonly maxStale: number;
  /** In this time, unknown keys are granted one more fetch. */
  readonly cooldown: number;
  readonly clock: Clock;
  /** A number from 0 up to 1: it spreads retries. */
  readonly random: () => number;
}

/** Keys that are fetched, and their life. */
export interface RefreshedKeys<Keys> {
  /** The last good ones; undefined before the first, and once those are too old. */
  current(): Keys | undefined;
  readonly remote: RemoteKeys;
}

/** A fetch that is under way. */
interface Attempt {
  readonly startedAt: number;
  /** What kept it from newer keys; undefined where it has them. Never rejects, and may never settle. */
  readonly outcome: Promise<AuthError | undefined>;
  /** Whether a request waits for it, or its host keeps it alive. */
  isHeld: boolean;
  /** Whether the source was asked already: what is new there since, it misses. */
  isAsked: boolean;
}

/** Seconds to wait after the first failure; each further one doubles it, up to a minute. */
const [firstWait, longestWait] = [1, 60];
/** Fetches that unknown keys may cause at once, before they have to wait for their budget to refill. */
const sparedFetches = 5;
/**
 * Milliseconds after its deadline at which an attempt is given up that has not done so itself, as its timer
 * should have.
 */
const grace = 1000;

/**
 * Fetches are coalesced and bounded in time, failures back off, and the last good keys serve through both.
 */
export function keepFresh<Keys extends NamedKeys>(options: Refreshing<Keys>): RefreshedKeys<Keys> {
  const { name, what, fetch, read, deadline, maxAge, maxStale, cooldown, clock, random } = options;
  const budget = createBudget(sparedFetches, cooldown, clock);
  const attemptTimeout = deadline + grace;
  let set: Keys | undefined;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  /** After a failure: until then, fetching again would be no kindness. */
  let retryAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let failure: AuthError | undefined;
  let underWay: Attempt | undefined;
  /** Whether the last attempt ended without a word. */
  let wasDropped = false;

  function begin(): Attempt {
    const attempt: Attempt = {
      startedAt: clock(),
      isHeld: false,
      isAsked: false,
      // In a moment, when it can be joined: `fetch` may be user code that calls the verifier.
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
      // What comes so late that it was given up must not take the place of newer keys.
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
    replace(set, next);
    set = next;
    fetchedAt = startedAt;
    retryAt = Number.NEGATIVE_INFINITY;
    failures = 0;
    failure = undefined;
    wasDropped = false;
  }

  function fail(error: unknown): AuthError {
    const wait = Math.min(longestWait, firstWait * 2 ** failures) * 1000;
    failures++;
    wasDropped = false;
    retryAt = clock() + wait * (0.5 + random() / 2);
    failure = notLoaded(what, error);
    if (failures === 1 && set !== undefined)
      warn(`${name}: ${failure.hint}; the last good keys go on serving`, "USHER_KEYS_STALE");
    return failure;
  }

  /**
   * The fetch that is under way and can still come to something. Some hosts drop what a request has begun
   * when it ends, timers and all, and nobody is told: so it is the next request that looks at the time.
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
    // One that nobody waits for may have gone with its request: whoever has to wait starts another, and is
    // heard first.
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
      replace(set, undefined);
      set = undefined;
    } else if (live() === undefined && clock() >= retryAt) {
      const attempt = begin();
      if (waitUntil !== undefined) attempt.isHeld = isKept(waitUntil, attempt.outcome);
    }
  }

  /**
   * Whether nothing but an unknown key could ask for newer keys: there are some, they are fresh, and the last
   * fetch went well.
   */
  function isFresh(): boolean {
    return set !== undefined && failures === 0 && clock() - fetchedAt < maxAge;
  }

  function outOfBudget(): AuthError {
    const seconds = Math.ceil(budget.wait() / 1000);
    return unavailable(
      `no key fits this token, and ${what} was loaded ${sparedFetches} times lately for the sake of unknown keys: the next time may be in ${seconds} s`,
    );
  }

  const givenUp = () => unavailable(`${what} was not loaded in time`);

  function status(): KeyStatus {
    if (set === undefined) return { state: "missing" };
    const age = clock() - fetchedAt;
    return { state: age < maxAge ? "fresh" : "stale", age: Math.floor(age / 1000) };
  }

  /**
   * Once a refresh has failed, nobody waits for the next one while there are keys to go on with; unless it
   * was dropped.
   */
  function overdue(): boolean {
    if (set === undefined || clock() - fetchedAt < maxAge) return false;
    live();
    return failures === 0 || (wasDropped && clock() >= retryAt);
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

/** Marks the keys that the next set does not have: from now on they verify nothing. */
function replace(previous: NamedKeys | undefined, next: NamedKeys | undefined): void {
  for (const [name, key] of previous?.byName ?? []) {
    if (next?.byName.get(name) !== key) key.retired = true;
  }
}

/** Whether the host took the work over. `waitUntil` is its own, or the application's, and may fail. */
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
