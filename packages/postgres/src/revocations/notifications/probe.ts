import { randomBytes } from "node:crypto";
import { withTimeout } from "../../timeout.ts";
import type { Queries } from "../drivers/driver.ts";

/** How long a notification may take, in milliseconds, once Postgres has sent it. */
const timeout = 1_000;

/** Finds out whether notifications arrive on a connection. */
export interface Probe {
  /** A separate channel: other replicas are not woken. */
  readonly channel: string;
  /** To be called when a notification arrives on the channel. */
  heard(): void;
  /**
   * Whether a notification arrives on the connection, which must be idle. Undefined if it cannot be sent.
   *
   * @param sender Another connection. A notification of the listening connection itself would arrive with the
   *   answer to it, behind every pooler. What does not work in transaction mode is that one arrives in
   *   between: the pooler drops it, or gives it to another client.
   */
  isHeard(sender: Queries): Promise<boolean | undefined>;
}

export function createProbe(): Probe {
  const channel = `usher_probe_${randomBytes(8).toString("hex")}`;
  let arrived = Promise.withResolvers<void>();
  return {
    channel,
    heard: () => arrived.resolve(),
    isHeard: async (sender) => {
      arrived = Promise.withResolvers();
      try {
        await sender.query("select pg_notify($1, '')", [channel]);
      } catch {
        return undefined;
      }
      return withTimeout(timeout, () => arrived.promise).then(
        () => true,
        () => false,
      );
    },
  };
}
