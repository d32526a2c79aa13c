import type postgres from "postgres";

/**
 * Whether a pooler or proxy (PgBouncer, Supavisor, Neon's) is between a client and Postgres. Each invents the
 * process id that a client gets when it connects, so that the client can cancel queries; the server's own id
 * is another one. Not detected: a proxy that passes everything on unchanged, which needs no care.
 *
 * Through a pooler in transaction mode, named prepared statements fail before PgBouncer 1.21, and `LISTEN`
 * and session locks never work.
 *
 * @param sql A client of postgres.js, or the `client` of `openPool`. One query.
 *
 * @example
 * ```ts
 * import { isPooled } from "@usher-auth/postgres/connection";
 * import postgres from "postgres";
 *
 * export async function connect(url: string) {
 *   const sql = postgres(url);
 *   if (!(await isPooled(sql))) return sql;
 *   await sql.end();
 *   return postgres(url, { prepare: false });
 * }
 * ```
 */
export async function isPooled(sql: postgres.Sql): Promise<boolean> {
  const result = await sql.unsafe<{ pid: number }[]>("select pg_backend_pid() as pid");
  return result.state.pid !== result[0]?.pid;
}
