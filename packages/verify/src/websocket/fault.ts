import { reasonOf } from "../log-text.ts";
import { warn } from "../warning.ts";

/**
 * Reports an error that is not an AuthError: a bug in a key source or a handler. The caller closes the
 * connection. The error becomes a process warning, because throwing it from an event listener would end the
 * process.
 */
export function warnOfFault(error: unknown, what = "a WebSocket could not be checked"): void {
  warn(`${what}: ${reasonOf(error)}`, "USHER_SOCKET_FAILED");
}
