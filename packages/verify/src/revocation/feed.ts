import type { Clock } from "../time.ts";
import type { Revocation, RevocationListener, RevocationStore } from "./store.ts";

/** Whom a feed tells. */
export interface FeedReceiver {
  /** @returns Whether there was room for all of it. */
  take(batch: readonly Revocation[]): boolean;
  /** Everything is here, as of this reading of the clock. */
  confirm(at: number): void;
  /** What is here cannot be relied on as a whole any more. */
  incomplete(): void;
  /** Why nothing was loaded or confirmed. */
  fail(error: unknown): void;
}

/** Brings a store's revocations, first all and then each, and starts over until that has worked. */
export interface Feed {
  /** Begins, once. Resolves when everything is loaded; rejects when the attempt under way fails. It is tried again. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Seconds to wait after the first failure; each further one doubles it, up to half a minute. */
const [firstWait, longestWait] = [1, 30];

/**
 * @param elapsed Milliseconds that never run back.
 * @param random A number from 0 up to 1: it spreads the retries of several replicas.
 */
export function createFeed(store: RevocationStore, receiver: FeedReceiver, elapsed: Clock, random: () => number): Feed {
  let unsubscribe: (() => Promise<void>) | undefined;
  let isLoaded = false;
  let isClosed = false;
  /** There was no room for something: what is here is not the whole. */
  let isCrowded = false;
  let confirmedAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let failure: unknown;
  let underWay: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;

  const listener: RevocationListener = {
    revoked(batch) {
      take(batch);
      if (!isCrowded || !isLoaded) return;
      isLoaded = false;
      receiver.incomplete();
      startOver(new Error(tooMany));
    },
    confirmed() {
      confirmedAt = elapsed();
      if (isLoaded) receiver.confirm(confirmedAt);
    },
    failed: receiver.fail,
  };

  function take(batch: readonly Revocation[]): void {
    if (!receiver.take(batch)) isCrowded = true;
  }

  /** Listens first and loads then, so that nothing falls between the two. */
  async function load(): Promise<void> {
    unsubscribe ??= await store.subscribe(listener);
    if (isClosed) await stopListening();
    const startedAt = elapsed();
    isCrowded = false;
    for await (const batch of store.load()) {
      if (isClosed) break;
      take(batch);
    }
    if (isClosed) throw new Error(closed);
    if (isCrowded) throw new Error(tooMany);
    isLoaded = true;
    failures = 0;
    receiver.confirm(Math.max(startedAt, confirmedAt));
  }

  function startOver(error: unknown): void {
    failure = error;
    if (isClosed) return;
    receiver.fail(error);
    const wait = Math.min(longestWait, firstWait * 2 ** failures) * (0.5 + random() / 2);
    failures++;
    retry = setTimeout(() => {
      retry = undefined;
      // The failure is kept by startOver(); there is nobody else to tell it to.
      start().catch(() => undefined);
    }, wait * 1000);
    retry.unref?.(); // a number on workerd
  }

  function start(): Promise<void> {
    if (underWay !== undefined) return underWay;
    if (isClosed) return Promise.reject(new Error(closed));
    if (isLoaded) return Promise.resolve();
    if (retry !== undefined) return Promise.reject(failure);
    underWay = load()
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

  return { start, close };
}

const closed = "the revocations were closed";
const tooMany = "there are more live revocations than this process holds";
