import { observable } from "@trpc/server/observable";
import type { Watch } from "../../websocket/watch.ts";

/** Ends a subscription. */
type End = (reason: unknown) => void;

/**
 * Checks a subscription regularly, and ends it if it may not continue. Returns a function that stops the
 * checks.
 */
export type Follow = (end: End) => () => void;

/** @param check Throws the reason if the subscription may not continue. */
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
 * Wraps the result of a subscription's resolver. If the subscription may not continue, the client gets the
 * error, as for any other call.
 */
export function followed(data: unknown, follow: Follow): unknown {
  if (isAsyncIterable(data))
    return { [Symbol.asyncIterator]: () => followIterator(data[Symbol.asyncIterator](), follow) };
  if (isObservable(data)) return followObservable(data, follow);
  return data;
}

/** Not a generator: a generator could not stop while it waits for the next value. */
function followIterator(values: AsyncIterator<unknown>, follow: Follow): AsyncIterator<unknown> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  // Handled by a pending `next()`. If there is none, the rejection is not reported.
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
      error: (reason) => emit.error(reason),
      complete: () => emit.complete(),
    });
    const stop = follow((reason) => emit.error(reason));
    // tRPC calls this after an error and at the end too.
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
