import { warn } from "../warning.ts";

/**
 * What is thrown beside an AuthError is a fault of code (of a key source, say). It shuts the door, and is not hidden; but
 * one client's token must not bring the process down, as an error thrown by a listener would.
 */
export function warnOfFault(error: unknown): void {
  warn(
    `a WebSocket could not be judged: ${error instanceof Error ? error.message : String(error)}`,
    "USHER_SOCKET_FAILED",
  );
}
