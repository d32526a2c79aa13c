import { subscribe as subscribeTo, unsubscribe } from "node:diagnostics_channel";
import { ConfigurationError } from "../errors.ts";
import { safeListener } from "../user-code/listener.ts";
import { channels } from "./channels.ts";
import type { UsherEvents } from "./events.ts";

/**
 * Calls a listener for each event of a kind, in this process, from every copy of the package. Nothing waits for
 * the listener. An exception or a rejection becomes a process warning (`USHER_LISTENER_FAILED`, at most one per
 * minute) and changes nothing else.
 *
 * The events are also those of `node:diagnostics_channel`, for other tools. There, Node ends the process if a
 * subscriber throws.
 *
 * @param name The event: see {@link UsherEvents}.
 * @param listener It may be asynchronous.
 * @returns Ends the subscription.
 * @throws {ConfigurationError} There is no event of this name, or the listener is not a function.
 * @example
 * ```ts
 * import { subscribe } from "@usher-auth/verify/events";
 *
 * const stop = subscribe("usher:reject", ({ code, route, hint }) => {
 *   console.warn(code, route, hint);
 * });
 * process.once("SIGTERM", stop);
 * ```
 */
export function subscribe<Name extends keyof UsherEvents>(
  name: Name,
  listener: (event: UsherEvents[Name]) => unknown,
): () => void {
  if (!Object.hasOwn(channels, name)) {
    throw new ConfigurationError(
      `subscribe: there is no event ${JSON.stringify(String(name))}. Events: ${Object.keys(channels).join(", ")}.`,
    );
  }
  if (typeof listener !== "function")
    throw new ConfigurationError("subscribe: the listener must be a function.");
  const safe = safeListener(listener, `the listener of ${name}`) as (message: unknown) => void;
  let ended = false;
  const receive = (message: unknown): void => {
    if (!ended) safe(message);
  };
  subscribeTo(name, receive);
  return () => {
    // Another listener may end this subscription during an event. Node still delivers that event to it.
    ended = true;
    unsubscribe(name, receive);
  };
}
