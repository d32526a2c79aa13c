/**
 * Why the process cannot start, and what to do about it, in one line. Printed without a stack. Contains no
 * secret and no password.
 */
export class StartupError extends Error {
  override readonly name = "StartupError";
}

/**
 * The code or name of a system or driver error, such as `ECONNREFUSED`. Its message may contain a path or a
 * password.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === "string" && code !== "") return code;
  return error instanceof Error ? error.name : "unknown reason";
}
