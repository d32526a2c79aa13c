/**
 * Whether Postgres has refused a statement, and the connection is as good as before. Otherwise it is lost, is
 * being closed (57P01: Postgres shuts down; 25P03, 25P04: a timeout of Postgres), or has a prepared statement
 * that no longer fits and would fail again: its table has changed (0A000), or a pooler has given us another
 * server connection (26000, 42P05).
 */
export function isRefusal(error: Error): boolean {
  const { severity, code } = error as { severity?: string; code?: string };
  if (severity === undefined || code === undefined) return false;
  // The codes are for servers that translate the severity.
  return severity !== "FATAL" && !/^(?:08|25P0[34]|57P|0A000|26000|42P05)/.test(code);
}
