import { type Channel, channel } from "node:diagnostics_channel";
import type { UsherEvents } from "./events.ts";

/** A channel whose messages are events of one kind. */
interface EventChannel<Event> extends Channel {
  publish(event: Event): void;
}

/**
 * The channels of `node:diagnostics_channel`, which all copies of the package in a process share. Check
 * `hasSubscribers` before an event is created: without a subscriber, that one check is all that an event
 * costs.
 */
export const channels: { readonly [Name in keyof UsherEvents]: EventChannel<UsherEvents[Name]> } = {
  "usher:verify": channel("usher:verify"),
  "usher:accept": channel("usher:accept"),
  "usher:reject": channel("usher:reject"),
  "usher:owner-exception": channel("usher:owner-exception"),
  "usher:keys": channel("usher:keys"),
  "usher:revocations": channel("usher:revocations"),
  "usher:logout": channel("usher:logout"),
};
