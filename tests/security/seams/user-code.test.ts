import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { count } from "../report/counts.ts";
import { behaviours } from "./behaviours.ts";
import type { Callback } from "./callback.ts";
import { adaptersCallbacks } from "./callbacks/adapters.ts";
import { clientCallbacks } from "./callbacks/client.ts";
import { eventsCallbacks } from "./callbacks/events.ts";
import { guardCallbacks } from "./callbacks/guard.ts";
import { issuerCallbacks } from "./callbacks/issuer.ts";
import { keysCallbacks } from "./callbacks/keys.ts";
import { logoutCallbacks } from "./callbacks/logout.ts";
import { postgresCallbacks } from "./callbacks/postgres.ts";
import { revocationsCallbacks } from "./callbacks/revocations.ts";
import { verifierCallbacks } from "./callbacks/verifier.ts";
import { websocketCallbacks } from "./callbacks/websocket.ts";

const callbacks: readonly Callback[] = [
  ...guardCallbacks,
  ...verifierCallbacks,
  ...keysCallbacks,
  ...revocationsCallbacks,
  ...websocketCallbacks,
  ...logoutCallbacks,
  ...eventsCallbacks,
  ...adaptersCallbacks,
  ...clientCallbacks,
  ...issuerCallbacks,
  ...postgresCallbacks,
];

/** Errors that would have ended the process. */
const escaped: unknown[] = [];
const note = (error: unknown) => void escaped.push(error);

// Vitest's own listeners would fail the run without naming the promise.
const [rejectionListeners, exceptionListeners] = [
  process.listeners("unhandledRejection"),
  process.listeners("uncaughtException"),
];
beforeAll(() => {
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", note);
  process.removeAllListeners("uncaughtException").on("uncaughtException", note);
});
afterAll(() => {
  process.removeAllListeners("unhandledRejection");
  process.removeAllListeners("uncaughtException");
  for (const listener of rejectionListeners) process.on("unhandledRejection", listener);
  for (const listener of exceptionListeners) process.on("uncaughtException", listener);
});
afterEach(() => void escaped.splice(0));

describe("user code only decides what it is called for, and cannot end a request or the process", () => {
  describe.for(callbacks)("$name", (callback) => {
    it.for(behaviours)("$name", async (behaviour, context) => {
      count(context, { callbacks: 1 });
      const { during, afterwards } = await callback.use(behaviour);
      // Node reports an unhandled rejection after the microtasks.
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(escaped, "the process would have ended").toEqual([]);
      expect(during).toBe(callback.expected[behaviour.name] ?? callback.expected.usual);
      expect(afterwards, "once the callback behaves again").toBe("served");
    });
  });
});
