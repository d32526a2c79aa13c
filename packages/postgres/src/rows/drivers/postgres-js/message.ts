import type { PostgresJsClient, Query } from "./shape.ts";

/** The outcome of a message. Called once, and before anything else is read from the connection. */
export interface Outcome {
  resolved(result: unknown): void;
  rejected(error: Error): void;
}

export interface MessageOptions {
  /** The simple protocol, for texts of our own. */
  readonly isSimple?: boolean;
  readonly isPrepared?: boolean;
  /** All types are known: none are asked for. */
  readonly areTypesKnown?: boolean;
}

/** A query for a connection of our own. It is not awaited: postgres.js tells its outcome. */
export function message(
  sql: PostgresJsClient,
  text: string,
  values: unknown[],
  { isSimple = false, isPrepared = false, areTypesKnown = false }: MessageOptions,
  outcome: Outcome,
): Query {
  const query = sql.unsafe(text, values, { simple: isSimple, prepare: isPrepared }) as Query;
  let isSettled = false;
  const once = (act: () => void) => {
    query.active = false;
    if (isSettled) return;
    isSettled = true;
    act();
  };
  query.resolve = (result) => once(() => outcome.resolved(result));
  query.reject = (error) => once(() => outcome.rejected(error as Error));
  let isAsking: unknown;
  Object.defineProperty(query, "describeFirst", {
    get: () => isAsking,
    set: (value) => {
      const hasAsked = Boolean(isAsking);
      isAsking = areTypesKnown ? false : value;
      // The values are written.
      if (hasAsked && !isAsking) query.described?.();
    },
  });
  Object.defineProperty(query, "retried", {
    get: () => undefined,
    // postgres.js forgets the prepared statement, and would send the query again: after the transaction.
    set: (error) => {
      query.cancelled = true;
      query.reject(Object.assign(error, { isStale: true }));
    },
  });
  return query;
}
