import type { AuthContext } from "better-auth";
import { withDeadline } from "../deadline.ts";
import { type Log, reasonOf } from "../log.ts";
import type { MembershipChanges } from "../organization/watch-memberships.ts";
import type { Clock } from "./clock.ts";
import type { DeliveryQueue } from "./delivery-queue.ts";

/** Milliseconds. The change is committed, so its request must not wait for long. */
const settleDeadline = 5000;

/** Milliseconds, at most, until the clock is past the change. It can stand still, as in tests. */
const clockDeadline = 5;

/** What the changes of memberships depend on. */
export interface MembershipChangesParts {
  readonly queue: Pick<DeliveryQueue, "recordChange" | "settle">;
  /** Called once other connections can see the deliveries. Not awaited. */
  readonly wake: () => Promise<unknown>;
  readonly log: Log;
  readonly clock: Clock;
}

/**
 * Puts changes of memberships in the queue: everything that was issued to these users before the change stops
 * counting, and their sessions stay.
 *
 * The time of the change is read after its commit. A token takes its `iat` before it reads the membership, so
 * one that read the old membership is older than that time. And the request that made the change is answered
 * a millisecond later, so that a token fetched after the answer is newer.
 */
export function membershipChanges(
  { adapter, runInBackground }: Pick<AuthContext, "adapter" | "runInBackground">,
  { queue, wake, log, clock }: MembershipChangesParts,
): MembershipChanges {
  async function settle(change: string, users: readonly string[]): Promise<void> {
    let { happenedAt, count } = await queue.settle(change);
    if (count === 0 && users.length > 0) {
      // The write took so long that a worker has sent an earlier time.
      await queue.recordChange(adapter, change, users);
      ({ happenedAt, count } = await queue.settle(change));
    }
    if (count === 0) return;
    const work = wake();
    // The application's background handler may throw. That must not fail the request; the work continues.
    (async () => await (runInBackground(work) as unknown))().catch(() => undefined);
    for (let waited = 0; waited < clockDeadline && clock.now() <= happenedAt.getTime(); waited += 1)
      await new Promise<void>((resolve) => clock.schedule(1, resolve));
  }

  return {
    record: (current, change, users) => queue.recordChange(current, change, users),
    async committed(change, users) {
      try {
        const timeoutError = () => new Error("no answer in time");
        await withDeadline(settleDeadline, () => settle(change, users), timeoutError);
      } catch (error) {
        log.warn(`usherJwt: a change of memberships is sent in some seconds only (${reasonOf(error)})`);
      }
    },
  };
}
