/**
 * Whether Postgres has refused a statement, and the connection is as good as before. Otherwise it is lost, is
 * being closed (57P01: Postgres shuts down), or has a prepared statement that no longer fits and would fail
 * again: its table has changed (0A000), or a pooler has given us another server connection (26000, 42P05).
 */
export function isRefusal(error: Error): boolean {
  return "severity" in error && "code" in error && !/^(?:08|57P|0A000|26000|42P05)/.test(String(error.code));
}
