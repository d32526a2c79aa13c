import { setTimeout } from "node:timers/promises";
import type { Driver, Queries } from "../drivers/driver.ts";
import { channel } from "../statements.ts";
import { warn } from "../warning.ts";
import { type Notifications, noNotifications, warnNotNotified } from "./notifications.ts";
import { createProbe } from "./probe.ts";

/** Milliseconds to wait after the first failure. Each further failure doubles it, up to the second number. */
const [firstWait, longestWait] = [100, 5_000];

/**
 * Notifications on a connection that does nothing else. It is replaced when it breaks. Without it, polls go
 * on: only the delay of a revocation depends on it. A failure is reported once, as a process warning.
 *
 * @param listener Where to listen: a database server, not a pooler in transaction mode.
 * @param sender Connections to the database of the revocations.
 */
export function listenOnOwnConnection(listener: Driver, sender: Queries, wake: () => void): Notifications {
  const stopping = new AbortController();
  const { signal } = stopping;
  let failures = 0;
  let isReported = false;
  let lost = Promise.withResolvers<void>();
  const running = run();

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await listenUntilLost();
      } catch (error) {
        if (!isReported && !signal.aborted)
          warn("cannot listen for new revocations", error, "USHER_NOT_LISTENING");
        isReported = true;
      }
      const wait = Math.min(longestWait, firstWait * 2 ** failures++) * (0.5 + Math.random() / 2);
      await setTimeout(wait, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Returns when the connection is lost. If no notification arrives on it, stops listening for good. */
  async function listenUntilLost(): Promise<void> {
    const probe = createProbe();
    lost = Promise.withResolvers();
    let isLost = false;
    const connection = await listener.connect({
      channels: [channel, probe.channel],
      notified: (name) => (name === probe.channel ? probe.heard() : wake()),
      lost: () => {
        isLost = true;
        lost.resolve();
      },
      signal,
    });
    try {
      const isHeard = await probe.isHeard(sender);
      if (isHeard === false && !isLost && !signal.aborted) {
        warnNotNotified();
        stopping.abort();
        return;
      }
      failures = 0;
      await lost.promise;
    } finally {
      await connection.close();
    }
  }

  return {
    ...noNotifications,
    stop: async () => {
      stopping.abort();
      lost.resolve();
      await running;
    },
  };
}
