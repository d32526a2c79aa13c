/**
 * Why the process cannot start, in one line that says what to do about it. Shown to the operator as it is,
 * without a stack; never holds a secret or a password.
 */
export class StartupError extends Error {
  override readonly name = "StartupError";
}

/**
 * The short reason of a system or driver error, such as `ECONNREFUSED`; without its text, which may hold a
 * path or a password.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === "string" && code !== "") return code;
  return error instanceof Error ? error.name : "unknown reason";
}
