import { reasonOf } from "../log-text.ts";
import { warn } from "../warning.ts";
import { channels } from "./channels.ts";
import type { UsherEvents } from "./events.ts";

/** Whether anyone subscribes to an event. Check this before an event is created. */
export function isObserved(name: keyof UsherEvents): boolean {
  return channels[name].hasSubscribers;
}

/**
 * Publishes an event. It is frozen, because several subscribers get it. Never throws: on Node, an exception of a
 * subscriber is one of the process; other runtimes throw it here.
 */
export function publish<Name extends keyof UsherEvents>(name: Name, event: UsherEvents[Name]): void {
  try {
    channels[name].publish(Object.freeze(event) as UsherEvents[Name]);
  } catch (error) {
    warn(`a subscriber of ${name} failed: ${reasonOf(error)}`, "USHER_LISTENER_FAILED");
  }
}
