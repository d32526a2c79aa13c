import { subscribe as subscribeTo, unsubscribe } from "node:diagnostics_channel";
import { IssuerError } from "../errors.ts";
import { channels } from "./channels.ts";
import type { IssuerEvents } from "./events.ts";
import { safeListener } from "./listener.ts";

/**
 * Calls a listener for each event of a kind, of every Better Auth instance in this process. Nothing waits for
 * the listener. An exception or a rejection becomes a process warning (`USHER_LISTENER_FAILED`, at most one
 * per minute) and changes nothing else.
 *
 * Of several processes on one database, exactly one gets an event: the one that made the attempt. If it ends
 * between the attempt and the event, no process gets it.
 *
 * The events are also those of `node:diagnostics_channel`, for other tools. There, Node ends the process if a
 * subscriber throws.
 *
 * @param name - the event: see {@link IssuerEvents}
 * @param listener - may be asynchronous
 * @returns a function that ends the subscription
 * @throws {IssuerError} when there is no event of this name, or the listener is not a function
 *
 * @example
 * ```ts
 * import { subscribe } from "@usher-auth/issuer";
 *
 * const stop = subscribe("usher:delivery", ({ endpoint, outcome, reason, attempts }) => {
 *   if (outcome === "given_up") console.error("a logout was given up", endpoint, attempts, reason);
 * });
 * process.once("SIGTERM", stop);
 * ```
 */
export function subscribe<Name extends keyof IssuerEvents>(
  name: Name,
  listener: (event: IssuerEvents[Name]) => unknown,
): () => void {
  if (!Object.hasOwn(channels, name)) {
    const names = Object.keys(channels).join(", ");
    throw new IssuerError(`subscribe: there is no event ${JSON.stringify(String(name))}. Events: ${names}.`);
  }
  if (typeof listener !== "function") throw new IssuerError("subscribe: the listener must be a function.");
  const safe = safeListener(listener, name);
  let ended = false;
  const receive = (message: unknown): void => {
    if (!ended) safe(message as IssuerEvents[Name]);
  };
  subscribeTo(name, receive);
  return () => {
    // Another listener may end this subscription during an event. Node still delivers that event to it.
    ended = true;
    unsubscribe(name, receive);
  };
}
