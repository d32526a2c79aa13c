import { ConfigurationError } from "../errors.ts";
import type { UsherEvents } from "../events/events.ts";
import { subscribe } from "../events/subscribe.ts";
import { safeListener } from "../user-code/listener.ts";
import { type AuditEvent, auditEventNames } from "./audit-event.ts";
import {
  type Entry,
  exceptionUsed,
  impersonatedRequest,
  keysChanged,
  logoutReceived,
  refusedRequest,
  revocationsMade,
} from "./entries.ts";

/**
 * Options of {@link auditLog}.
 *
 * @example
 * ```ts
 * import { auditLog, type AuditLogOptions } from "@usher-auth/verify/audit";
 *
 * // Without refused requests, of which anyone can cause any number.
 * const options: AuditLogOptions = {
 *   events: ["request.exception", "request.impersonated", "revocation.made", "keys.changed", "logout.received"],
 * };
 * auditLog((entry) => console.log(JSON.stringify(entry)), options);
 * ```
 */
export interface AuditLogOptions {
  /**
   * The kinds of entries to write. Without `request.impersonated`, accepted requests cost nothing more.
   * Default: all.
   */
  readonly events?: readonly AuditEvent["event"][];
  /** Returns the time in milliseconds since 1970, for tests. */
  readonly clock?: () => number;
}

/**
 * Writes an audit log: one entry for each rejected request, each use of an owner exception, each request of
 * an impersonated session, each revocation, each change of keys, and each back-channel logout, of every guard
 * and verifier in this process.
 *
 * Nothing is left out or counted together: anyone can cause rejected requests, and each is an entry. Does not
 * write what users do on their own paths, nor what your application decides itself.
 *
 * @param write Called with each entry, which is frozen, when it happens. It may be asynchronous; nothing
 *   waits for it. If it throws or rejects, the entry is lost, and a process warning (`USHER_LISTENER_FAILED`,
 *   at most one per minute) says so.
 * @returns Ends the audit log. What `write` has begun is not stopped.
 * @throws {ConfigurationError} `write` is not a function, or an unknown event.
 * @example
 * ```ts
 * import { appendFileSync } from "node:fs";
 * import { auditLog } from "@usher-auth/verify/audit";
 *
 * const stop = auditLog((entry) => appendFileSync("audit.log", `${JSON.stringify(entry)}\n`, { mode: 0o600 }));
 * process.once("exit", stop);
 * ```
 */
export function auditLog(
  write: (entry: AuditEvent) => unknown,
  { events = auditEventNames, clock = Date.now }: AuditLogOptions = {},
): () => void {
  if (typeof write !== "function") throw new ConfigurationError("auditLog: `write` must be a function.");
  if (!Array.isArray(events) || !events.every((name) => auditEventNames.includes(name))) {
    throw new ConfigurationError(`auditLog: \`events\` must be a list of: ${auditEventNames.join(", ")}.`);
  }
  const chosen = new Set(events);
  const writeSafely = safeListener(write, "the function of auditLog");

  function follow<Name extends keyof UsherEvents>(
    name: Name,
    kind: AuditEvent["event"],
    entriesOf: (event: UsherEvents[Name]) => readonly Entry[],
  ): readonly (() => void)[] {
    if (!chosen.has(kind)) return [];
    const stop = subscribe(name, (event) => {
      const time = new Date(clock()).toISOString();
      for (const entry of entriesOf(event)) writeSafely(Object.freeze({ time, ...entry }));
    });
    return [stop];
  }

  const subscriptions = [
    ...follow("usher:reject", "request.refused", refusedRequest),
    ...follow("usher:owner-exception", "request.exception", exceptionUsed),
    ...follow("usher:accept", "request.impersonated", impersonatedRequest),
    ...follow("usher:revocations", "revocation.made", revocationsMade),
    ...follow("usher:keys", "keys.changed", keysChanged),
    ...follow("usher:logout", "logout.received", logoutReceived),
  ];
  return () => {
    for (const stop of subscriptions) stop();
  };
}
