import { publish } from "../events/channels.ts";
import type { LogoutDelivery } from "../events/events.ts";
import type { Delivery } from "./delivery-table.ts";
import { usersOf } from "./membership-change.ts";

/** What an event says beyond the delivery itself. */
type Outcome = Pick<LogoutDelivery, "outcome" | "reason" | "retryIn">;

/**
 * Publishes what became of a delivery, once for each user that it names.
 *
 * @param now - milliseconds since 1970
 */
export function publishDelivery(delivery: Delivery, outcome: Outcome, now: number): void {
  for (const subject of subjectsOf(delivery))
    publish("usher:delivery", () => eventOf(delivery, subject, outcome, now));
}

/** The users of a delivery. A change of memberships, before its turn, names all of its users in one row. */
export function subjectsOf({ subject, subjects }: Delivery): readonly string[] {
  return subjects ? usersOf(subjects) : [subject];
}

function eventOf(
  { endpoint, session, attempts, happenedAt, kind }: Delivery,
  subject: string,
  outcome: Outcome,
  now: number,
): LogoutDelivery {
  return {
    endpoint: originOf(endpoint),
    ...outcome,
    attempts,
    // The clock may have been set back since, or the process that recorded it may have another one.
    age: Math.max(0, (now - happenedAt.getTime()) / 1000),
    kind: kind === "memberships" ? kind : session === null ? "user" : "session",
    subject,
    ...(session !== null && { sessionId: session }),
  };
}

/** The origin of an endpoint: its path and query may be nobody's business. */
export function originOf(endpoint: string): string {
  return URL.parse(endpoint)?.origin ?? "unknown";
}
