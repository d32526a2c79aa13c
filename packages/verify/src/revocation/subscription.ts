import type { Clock } from "../clock.ts";
import { within } from "../user-code/deadline.ts";
import type { RevocationListener, RevocationStore } from "./store.ts";

/** What a subscription calls. */
export interface SubscriptionHandler {
  /**
   * @param batch The store's value, not validated.
   * @param isNew Whether the store reports it as new. Otherwise it was loaded.
   * @returns Whether there was room for all of it.
   * @throws {TypeError} Not a list.
   */
  take(batch: unknown, isNew: boolean): boolean;
  /** Everything is loaded, as of this elapsed time. */
  confirm(at: number): void;
  /** The loaded revocations are no longer complete. */
  incomplete(): void;
  /** Why nothing was loaded or confirmed. */
  fail(error: unknown): void;
}

/** Loads the revocations of a store, then receives each new one, and retries until that works. */
export interface Subscription {
  /**
   * Starts, once. Resolves when everything is loaded; rejects when the running attempt fails, and retries
   * later.
   */
  start(): Promise<void>;
  /** Loads everything again, because something was lost. */
  reload(why: Error): void;
  close(): Promise<void>;
}

/**
 * Milliseconds for each call of the store, and for each batch of `load`. The store may be the application's
 * code.
 */
export const callTimeout = 10_000;

/** Seconds to wait after the first failure. Each further failure doubles it, up to half a minute. */
const [firstWait, longestWait] = [1, 30];

/**
 * @param elapsed Elapsed milliseconds; never decreases.
 * @param random Returns a number from 0 up to 1: it spreads the retries of several replicas.
 */
export function createSubscription(
  store: RevocationStore,
  handler: SubscriptionHandler,
  elapsed: Clock,
  random: () => number,
): Subscription {
  let unsubscribe: (() => Promise<void>) | undefined;
  let isLoaded = false;
  let isClosed = false;
  /** Whether there was no room for something, so that the list is incomplete. */
  let isCrowded = false;
  let confirmedAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let failure: unknown;
  let underWay: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;

  /** Confirmations of an abandoned subscription are ignored. */
  function listenerOf(attempt: { isGivenUp: boolean }): RevocationListener {
    // Frozen: other code gets it.
    return Object.freeze({
      revoked(batch: unknown) {
        let failure = new Error(tooMany);
        try {
          take(batch, true);
        } catch (error) {
          // Something was revoked, and it is unknown what: load everything again.
          [failure, isCrowded] = [error as Error, true];
        }
        if (isCrowded) reload(failure);
      },
      confirmed() {
        if (attempt.isGivenUp) return;
        confirmedAt = elapsed();
        if (isLoaded) handler.confirm(confirmedAt);
      },
      failed: (error: unknown) => handler.fail(error),
    });
  }

  function take(batch: unknown, isNew: boolean): void {
    if (!handler.take(batch, isNew)) isCrowded = true;
  }

  async function subscribe(): Promise<() => Promise<void>> {
    const attempt = { isGivenUp: false };
    const giveUp = () => {
      attempt.isGivenUp = true;
    };
    try {
      const stop: unknown = await within(
        callTimeout,
        () => store.subscribe(listenerOf(attempt)),
        (late) => void new Promise((resolve) => resolve(late())).catch(() => undefined),
      );
      return async () => {
        giveUp();
        if (typeof stop === "function") await within(callTimeout, () => stop());
      };
    } catch (error) {
      giveUp();
      throw error;
    }
  }

  /** Subscribes first and loads then, so that nothing is missed in between. */
  async function load(): Promise<void> {
    unsubscribe ??= await subscribe();
    if (isClosed) await stopListening();
    const startedAt = elapsed();
    isCrowded = false;
    await eachBatch();
    if (isClosed) throw new Error(closed);
    if (isCrowded) throw new Error(tooMany);
    isLoaded = true;
    failures = 0;
    handler.confirm(Math.max(startedAt, confirmedAt));
  }

  async function eachBatch(): Promise<void> {
    // A store may be an async function that returns a promise of its batches.
    const loaded = (await within<unknown>(callTimeout, () => store.load())) as AsyncIterable<unknown> &
      Iterable<unknown>;
    const batches = loaded[Symbol.asyncIterator]?.() ?? loaded[Symbol.iterator]();
    try {
      for (;;) {
        const { done, value } = await within(callTimeout, () => batches.next());
        if (done === true || isClosed) return;
        take(value, false);
      }
    } finally {
      // Not awaited: if a batch did not arrive, this may not either.
      new Promise((resolve) => resolve(batches.return?.())).catch(() => undefined);
    }
  }

  function startOver(error: unknown): void {
    failure = error;
    if (isClosed) return;
    handler.fail(error);
    const wait = Math.min(longestWait, firstWait * 2 ** failures) * (0.5 + random() / 2);
    failures++;
    retry = setTimeout(() => {
      retry = undefined;
      // startOver() keeps the failure. No caller waits for this one.
      start().catch(() => undefined);
    }, wait * 1000);
    retry.unref?.(); // a number on workerd
  }

  function reload(why: Error): void {
    if (!isLoaded) return;
    isLoaded = false;
    handler.incomplete();
    startOver(why);
  }

  function start(): Promise<void> {
    if (underWay !== undefined) return underWay;
    if (isClosed) return Promise.reject(new Error(closed));
    if (isLoaded) return Promise.resolve();
    if (retry !== undefined) return Promise.reject(failure);
    // Only once this is set: a store may call back.
    underWay = Promise.resolve()
      .then(load)
      .catch((error: unknown) => {
        startOver(error);
        throw error;
      })
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  }

  async function stopListening(): Promise<void> {
    const stop = unsubscribe;
    unsubscribe = undefined;
    await stop?.();
  }

  async function close(): Promise<void> {
    isClosed = true;
    clearTimeout(retry);
    await stopListening();
  }

  return { start, reload, close };
}

const closed = "the revocations were closed";
const tooMany = "there are more live revocations than this process can hold";
