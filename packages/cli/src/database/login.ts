import type postgres from "postgres";

/** Who is connected, and where to. */
export interface Login {
  readonly user: string;
  readonly database: string;
  readonly server: string;
}

/** By the database's answer: poolers rename users and databases. */
export async function readLogin(sql: postgres.Sql): Promise<Login> {
  const [login] = await sql<[Login]>`
    select session_user as user, current_database() as database,
      extract(epoch from pg_postmaster_start_time())::text as server`;
  return login;
}

export function isSameDatabase(one: Login, other: Login): boolean {
  return one.database === other.database && one.server === other.server;
}
