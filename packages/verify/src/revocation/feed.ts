import type { Clock } from "../time.ts";
import type { Revocation, RevocationStore } from "./store.ts";

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

/** @param random A number from 0 up to 1: it spreads the retries of several replicas. */
export function createFeed(store: RevocationStore, receiver: FeedReceiver, elapsed: Clock, random: Clock): Feed {
  let unsubscribe: (() => Promise<void>) | undefined;
  let isLoaded = false;
  let isClosed = false;
  let confirmedAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let underWay: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;
  let failure: unknown;

  const listener = {
    revoked: take,
    confirmed: () => {
      confirmedAt = elapsed();
      if (isLoaded) receiver.confirm(confirmedAt);
    },
    failed: (error: unknown) => receiver.fail(error),
  };

  function take(batch: readonly Revocation[]): void {
    if (receiver.take(batch) || !isLoaded) return;
    isLoaded = false;
    receiver.incomplete();
    startOver(new Error(tooMany));
  }

  /** Listens first and loads then, so that nothing falls between the two. */
  async function load(): Promise<void> {
    unsubscribe ??= await store.subscribe(listener);
    const startedAt = elapsed();
    for await (const batch of store.load()) {
      if (isClosed) return;
      if (!receiver.take(batch)) throw new Error(tooMany);
    }
    if (isClosed) return;
    isLoaded = true;
    failures = 0;
    failure = undefined;
    receiver.confirm(Math.max(startedAt, confirmedAt));
  }

  function startOver(error: unknown): void {
    failure = error;
    receiver.fail(error);
    if (isClosed) return;
    const wait = Math.min(longestWait, firstWait * 2 ** failures) * (0.5 + random() / 2);
    failures++;
    retry = setTimeout(() => {
      retry = undefined;
      // The failure is kept by startOver(); there is nobody else to tell it to.
      start().catch(() => undefined);
    }, wait * 1000);
    retry.unref();
  }

  function start(): Promise<void> {
    if (isLoaded) return Promise.resolve();
    if (underWay !== undefined) return underWay;
    if (retry !== undefined || isClosed) return Promise.reject(failure ?? new Error("it is closed"));
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

  async function close(): Promise<void> {
    isClosed = true;
    clearTimeout(retry);
    await underWay?.catch(() => undefined);
    await unsubscribe?.();
    unsubscribe = undefined;
  }

  return { start, close };
}

const tooMany = "there are more live revocations than this process holds";
