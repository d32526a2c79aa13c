import { observable } from "@trpc/server/observable";
import type { Watch } from "../../websocket/watch.ts";

/** Ends what it is given: with why. */
type End = (reason: unknown) => void;

/**
 * Looks now and again whether a subscription may go on, and ends it where it may not; returns how to stop
 * looking.
 */
export type Follow = (end: End) => () => void;

/** @param check Throws why it may not. */
export function follower(watch: Watch, check: () => void): Follow {
  return (end) => {
    const watched = {
      check() {
        try {
          check();
        } catch (error) {
          watch.remove(watched);
          end(error);
        }
      },
    };
    watch.add(watched);
    return () => watch.remove(watched);
  };
}

/**
 * What a subscription's resolver gave, until it may not go on: then the client is told why, as of any other
 * call.
 */
export function followed(data: unknown, follow: Follow): unknown {
  if (isAsyncIterable(data))
    return { [Symbol.asyncIterator]: () => followIterator(data[Symbol.asyncIterator](), follow) };
  if (isObservable(data)) return followObservable(data, follow);
  return data;
}

/** By hand, and no generator: that would wait for a value before it could be told to stop. */
function followIterator(values: AsyncIterator<unknown>, follow: Follow): AsyncIterator<unknown> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  // Heard by whoever waits for the next value, and else by nobody.
  ended.catch(() => undefined);
  const stop = follow((reason) => {
    reject(reason);
    new Promise((resolve) => resolve(values.return?.())).catch(() => undefined);
  });
  return {
    async next() {
      try {
        const step = await Promise.race([ended, values.next()]);
        if (step.done === true) stop();
        return step;
      } catch (error) {
        stop();
        throw error;
      }
    },
    async return(value) {
      stop();
      return (await values.return?.(value)) ?? { done: true, value };
    },
  };
}

interface ObservableLike {
  subscribe(observer: { next(value: unknown): void; error(reason: unknown): void; complete(): void }): {
    unsubscribe(): void;
  };
}

function followObservable(source: ObservableLike, follow: Follow): unknown {
  return observable<unknown, unknown>((emit) => {
    const subscription = source.subscribe({
      next: (value) => emit.next(value),
      error: (reason) => {
        stop();
        emit.error(reason);
      },
      complete: () => {
        stop();
        emit.complete();
      },
    });
    const stop = follow((reason) => {
      subscription.unsubscribe();
      emit.error(reason);
    });
    return () => {
      stop();
      subscription.unsubscribe();
    };
  });
}

function isAsyncIterable(data: unknown): data is AsyncIterable<unknown> {
  return typeof data === "object" && data !== null && Symbol.asyncIterator in data;
}

function isObservable(data: unknown): data is ObservableLike {
  return typeof data === "object" && data !== null && "subscribe" in data;
}
