import { AuthError } from "../errors.ts";
import type { Clock } from "../time.ts";
import { warn } from "../warning.ts";
import type { KeyStatus, RemoteKeys } from "./source.ts";

/** How a set of keys is had and how long it is good. All times are in milliseconds. */
export interface Refreshing<Keys> {
  /** What it is called in warnings: the function that made the source. */
  readonly name: string;
  /** What is fetched, as a hint names it. */
  readonly what: string;
  /** Fetches and reads keys. What it throws is no reason to let go of those that are here. */
  fetch(previous: Keys | undefined): Promise<Keys>;
  /** Marks the keys that the next set does not have. */
  retire(previous: Keys | undefined, next: Keys | undefined): void;
  /** The age at which keys are no longer fresh. A refresh starts in the background at half of it. */
  readonly maxAge: number;
  /** How long the last good keys go on serving. */
  readonly maxStale: number;
  /** The least time between two fetches. */
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

/** Seconds to wait after the first failure; each further one doubles it, up to a minute. */
const [firstWait, longestWait] = [1, 60];

/** Fetches are coalesced, failures back off, and the last good keys serve through both. */
export function keepFresh<Keys>(options: Refreshing<Keys>): RefreshedKeys<Keys> {
  const { name, what, fetch, retire, maxAge, maxStale, cooldown, clock, random } = options;
  let set: Keys | undefined;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  /** Until then, fetching again would be no use (after a success) or no kindness (after a failure). */
  let waitUntil = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let failure: AuthError | undefined;
  let underWay: Promise<void> | undefined;

  async function load(): Promise<void> {
    const startedAt = clock();
    try {
      const next = await fetch(set);
      retire(set, next);
      set = next;
      fetchedAt = startedAt;
      // Never past the refresh that is due at half of the keys' age: healthy keys must not run out for a cooldown's sake.
      waitUntil = clock() + Math.min(cooldown, maxAge / 2);
      failures = 0;
      failure = undefined;
    } catch (error) {
      const wait = Math.min(longestWait, firstWait * 2 ** failures) * 1000;
      failures++;
      waitUntil = clock() + wait * (0.5 + random() / 2);
      failure = new AuthError("keys_unavailable", { hint: `${what} cannot be had: ${explain(error)}`, cause: error });
      if (failures === 1 && set !== undefined)
        warn(`${name}: ${failure.hint}; the last good keys go on serving`, "USHER_KEYS_STALE");
      throw failure;
    }
  }

  function refresh(): Promise<void> {
    if (underWay !== undefined) return underWay;
    if (clock() < waitUntil) return failure === undefined ? Promise.resolve() : Promise.reject(failure);
    underWay = load().finally(() => {
      underWay = undefined;
    });
    return underWay;
  }

  function maintain(): void {
    if (set === undefined) return;
    const age = clock() - fetchedAt;
    if (age < maxAge / 2) return;
    if (age >= maxStale) {
      retire(set, undefined);
      set = undefined;
    } else if (underWay === undefined && clock() >= waitUntil) {
      // A failure is kept by load(); there is nobody else to tell it to.
      refresh().catch(() => undefined);
    }
  }

  function status(): KeyStatus {
    if (set === undefined) return { state: "missing" };
    const age = clock() - fetchedAt;
    return { state: age < maxAge ? "fresh" : "stale", age: Math.floor(age / 1000) };
  }

  return {
    current: () => set,
    remote: {
      maintain,
      // Once a refresh has failed, nobody waits for the next one while there are keys to go on with.
      overdue: () => set !== undefined && failures === 0 && clock() - fetchedAt >= maxAge,
      unavailable: () => failure ?? (set === undefined ? notLoaded(what) : undefined),
      refresh,
      status,
    },
  };
}

/** Node's fetch says "fetch failed", and why only in the cause. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? `${error.message} (${"code" in cause ? cause.code : cause.message})` : error.message;
}

function notLoaded(what: string): AuthError {
  return new AuthError("keys_unavailable", { hint: `${what} has not been loaded yet` });
}
