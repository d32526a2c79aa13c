/**
 * Whether Postgres has refused a statement and will take the next one. Other errors are those of the connection:
 * it is lost, or Postgres closes it (57P01: it shuts down, or was told to).
 */
export function isRefusal(error: Error): boolean {
  return "severity" in error && "code" in error && !/^(?:08|57P)/.test(String(error.code));
}
