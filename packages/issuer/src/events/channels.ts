import { type Channel, channel } from "node:diagnostics_channel";
import { reasonOf } from "../log.ts";
import type { IssuerEvents } from "./events.ts";
import { warnOfListener } from "./listener.ts";

/** The channels of `node:diagnostics_channel`, which all copies of the package in a process share. */
export const channels: { readonly [Name in keyof IssuerEvents]: Channel } = {
  "usher:delivery": channel("usher:delivery"),
};

/**
 * Publishes an event, which is only created if anyone subscribes to it. It is frozen, because several
 * subscribers get it. Never throws: on Node, an exception of a subscriber is one of the process; other
 * runtimes throw it here.
 */
export function publish<Name extends keyof IssuerEvents>(name: Name, create: () => IssuerEvents[Name]): void {
  if (!channels[name].hasSubscribers) return;
  try {
    channels[name].publish(Object.freeze(create()));
  } catch (error) {
    warnOfListener(`a subscriber of ${name} failed: ${reasonOf(error)}`);
  }
}
