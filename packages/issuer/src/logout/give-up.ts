import type { Log } from "../log.ts";
import type { Clock } from "./clock.ts";
import { originOf, publishDelivery, subjectsOf } from "./delivery-events.ts";
import type { DeliveryQueue } from "./delivery-queue.ts";
import type { Delivery } from "./delivery-table.ts";

/** Deliveries that are given up together. Those that are due are sent in between. */
const pageSize = 480;

/** Deletions at the same time. */
const concurrency = 16;

/** What giving up depends on. */
export interface GiveUpParts {
  readonly queue: Pick<DeliveryQueue, "expired" | "remove">;
  /** Limits the time of one query. */
  readonly query: <Value>(work: () => Promise<Value>) => Promise<Value>;
  readonly log: Log;
  readonly clock: Clock;
}

/**
 * Removes deliveries whose tokens have all expired, and reports those that this process removed: another one
 * may be doing the same.
 *
 * @returns whether there may be more
 */
export async function giveUpExpired({ queue, query, log, clock }: GiveUpParts): Promise<boolean> {
  const expired = await query(() => queue.expired(pageSize));
  const givenUp: Delivery[] = [];
  try {
    for (let index = 0; index < expired.length; index += concurrency) {
      await Promise.all(
        expired.slice(index, index + concurrency).map(async (delivery) => {
          if (!(await query(() => queue.remove(delivery)))) return;
          givenUp.push(delivery);
          const reason = delivery.failure ?? undefined;
          publishDelivery(
            delivery,
            { outcome: "given_up", ...(reason !== undefined && { reason }) },
            clock.now(),
          );
        }),
      );
    }
  } finally {
    logGivenUp(givenUp, log);
  }
  return expired.length === pageSize;
}

function logGivenUp(givenUp: readonly Delivery[], log: Log): void {
  const byBackend = Map.groupBy(givenUp, ({ endpoint }) => originOf(endpoint));
  for (const [backend, deliveries] of byBackend) {
    const first = new Date(Math.min(...deliveries.map(({ happenedAt }) => happenedAt.getTime())));
    const count = deliveries.flatMap(subjectsOf).length;
    log.error(
      `usherJwt: ${backend} never acknowledged ${count} ${count === 1 ? "logout" : "logouts"}, the first of ${first.toISOString()}; ` +
        "the tokens they revoke have expired",
    );
  }
}
