import { AuthError, isAuthError } from "../errors.ts";
import { explain } from "../log-text.ts";

/** The error of a failed source: whether the token is valid is unknown. */
export function failedSource(error: unknown): AuthError {
  if (isAuthError(error) && error.code === "keys_unavailable") return error;
  return new AuthError("keys_unavailable", { hint: `a key source failed: ${explain(error)}`, cause: error });
}
