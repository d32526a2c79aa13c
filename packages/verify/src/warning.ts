/** The subject of a warning, in its `code`: see `process.on("warning")`. */
export type WarningCode =
  | "USHER_INSECURE_HOST"
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

/**
 * Warns the operator with a process warning. Node's options can silence, redirect, or turn it into an error.
 */
export function warn(message: string, code: WarningCode): void {
  process.emitWarning(message, { type: "UsherWarning", code });
}

/**
 * Whether to warn of an option that is for development only. `NODE_ENV` is not one of Usher's settings: it is
 * the mode of the host, like its version.
 */
export function isProduction(): boolean {
  try {
    return process.env.NODE_ENV === "production";
  } catch {
    // Deno without the permission to read it.
    return true;
  }
}
