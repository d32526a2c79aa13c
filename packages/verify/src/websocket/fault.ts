import { reasonOf } from "../log-text.ts";
import { warn } from "../warning.ts";

/**
 * What is thrown beside an AuthError is a fault of code (of a key source, of a handler). It shuts the door,
 * and is not hidden; but one client must not bring the process down, as an error thrown by a listener would.
 */
export function warnOfFault(error: unknown, what = "a WebSocket could not be judged"): void {
  warn(`${what}: ${reasonOf(error)}`, "USHER_SOCKET_FAILED");
}
