import type { BatchObservableResult, Meter } from "@opentelemetry/api";
import { type DeliveryStatus, deliveryStatus } from "@usher-auth/issuer";
import { observedSeries } from "../metrics/observed.ts";
import { warnOfMetrics } from "../warning.ts";
import type { Issuer } from "./issuer.ts";

/** Milliseconds between two warnings that the database cannot be read. */
const warningInterval = 60_000;

/** What waits for one backend. */
interface Waiting {
  readonly waiting: number;
  /** Seconds. */
  readonly oldestAge: number;
}

const nothing: Waiting = { waiting: 0, oldestAge: 0 };
const unknown: Waiting = { waiting: Number.NaN, oldestAge: Number.NaN };

/**
 * Lets a meter observe at each collection which logouts wait. An SDK repeats the last value of a series that
 * is not observed. So a backend for which nothing waits any more is 0, and everything is NaN while the
 * database cannot be read: an old number would look like a new one.
 *
 * @param issuers Returns those to observe now.
 * @param label The backend's label.
 * @param found Gets the label of each backend when it is seen for the first time.
 * @returns Ends it.
 */
export function observeDeliveries(
  meter: Meter,
  issuers: () => readonly Issuer[],
  label: (endpoint: string) => string,
  found: (backend: string) => void,
): () => void {
  const waiting = meter.createObservableGauge("usher.deliveries.waiting", {
    description:
      "Logouts that a backend has not acknowledged, the same number in all processes of a database",
    unit: "{logout}",
  });
  const oldestAge = meter.createObservableGauge("usher.deliveries.oldest_age", {
    description: "Time since the first of the logouts that wait",
    unit: "s",
  });
  const backends = observedSeries(meter, "usher.deliveries");
  let warnedAt = Number.NEGATIVE_INFINITY;

  function warn(error: unknown): void {
    const now = performance.now();
    if (now - warnedAt < warningInterval) return;
    warnedAt = now;
    warnOfMetrics("the number of logouts that wait is unknown", error);
  }

  async function read(): Promise<ReadonlyMap<string, Waiting> | undefined> {
    try {
      const statuses = await Promise.all(issuers().map((issuer) => deliveryStatus(issuer)));
      return byBackend(statuses.flat(), label);
    } catch (error) {
      warn(error);
      return undefined;
    }
  }

  // Several readers, and a collection that begins before the last has ended, ask the database once.
  let reading: ReturnType<typeof read> | undefined;

  async function observe(result: BatchObservableResult): Promise<void> {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    const status = await reading;
    for (const backend of status?.keys() ?? []) {
      if (!backends.has(backend)) found(backend);
      backends.add(backend);
    }
    for (const backend of backends) {
      const now = status === undefined ? unknown : (status.get(backend) ?? nothing);
      result.observe(waiting, now.waiting, { "server.address": backend });
      result.observe(oldestAge, now.oldestAge, { "server.address": backend });
    }
  }

  const all = [waiting, oldestAge];
  meter.addBatchObservableCallback(observe, all);
  return () => meter.removeBatchObservableCallback(observe, all);
}

/** Removed endpoints and several instances may share a backend. */
function byBackend(
  statuses: readonly DeliveryStatus[],
  label: (endpoint: string) => string,
): ReadonlyMap<string, Waiting> {
  const found = new Map<string, Waiting>();
  for (const { endpoint, waiting, oldestAge = 0 } of statuses) {
    const backend = label(endpoint);
    const other = found.get(backend) ?? nothing;
    found.set(backend, {
      waiting: waiting + other.waiting,
      oldestAge: Math.max(oldestAge, other.oldestAge),
    });
  }
  return found;
}
