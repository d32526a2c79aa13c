/** What a warning is about; `process.on("warning")` sees it as the warning's `code`. */
export type WarningCode =
  | "USHER_KEY_UNUSED"
  | "USHER_KEYS_STALE"
  | "USHER_LISTENER_FAILED"
  | "USHER_LOGOUT_FAILED"
  | "USHER_NOT_HTTP"
  | "USHER_REVOCATIONS_MISREAD"
  | "USHER_REVOCATIONS_STALE"
  | "USHER_SECRET_IDLE"
  | "USHER_SECRET_SPACE"
  | "USHER_SECRET_WEAK"
  | "USHER_SOCKET_FAILED";

/** Tells the operator through Node's own channel, which its options can silence, redirect or make fatal. */
export function warn(message: string, code: WarningCode): void {
  process.emitWarning(message, { type: "UsherWarning", code });
}
