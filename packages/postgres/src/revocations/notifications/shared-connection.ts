import type { Queries } from "../drivers/driver.ts";
import { channel } from "../statements.ts";
import { type Notifications, warnNotNotified } from "./notifications.ts";
import { createProbe } from "./probe.ts";

/**
 * Notifications on the polling connection itself. If they do not arrive, later connections do not listen: a
 * pooler would leave the listening to a server connection that other clients use.
 *
 * @param sender Other connections to the same database.
 */
export function listenOnPollingConnection(sender: Queries, wake: () => void): Notifications {
  const probe = createProbe();
  let isHeard: boolean | undefined;
  return {
    channels: () => (isHeard === false ? [] : [channel, probe.channel]),
    notified: (name) => {
      if (name === probe.channel) probe.heard();
      else wake();
    },
    verify: async (connection) => {
      if (isHeard !== undefined) return;
      isHeard = await probe.isHeard(sender);
      if (isHeard !== false) return;
      warnNotNotified();
      // Most likely, this reaches the server connection that listens.
      await connection.query("unlisten *").catch(() => undefined);
    },
    stop: async () => {},
  };
}
