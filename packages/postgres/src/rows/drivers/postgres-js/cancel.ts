import type { Query } from "./shape.ts";

/**
 * `query.cancel()` cancels what was sent for it, once Postgres is running it. postgres.js itself would skip
 * the answer of a query that waits behind another one on its connection, and take the next answer for it.
 */
export function forwardCancel(query: Query, sent: Query): void {
  const { canceller } = sent;
  let isActive = false;
  let isWanted = false;
  const cancel = () => {
    if (isActive && isWanted) canceller?.(sent);
  };
  Object.defineProperty(sent, "active", {
    get: () => isActive,
    set: (value: boolean) => {
      isActive = value;
      cancel();
    },
  });
  query.canceller = () => {
    isWanted = true;
    if (sent.statement !== null) return cancel();
    sent.cancelled = true;
    sent.reject(Object.assign(new Error("canceling statement due to user request"), cancelled));
  };
}

/** As Postgres says it. */
const cancelled = { severity: "ERROR", code: "57014" };
