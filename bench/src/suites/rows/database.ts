import type { PostgresServer } from "@usher-auth/e2e/postgres";
import { migrateRows } from "@usher-auth/postgres";
import postgres from "postgres";
import { userOf } from "../http.ts";

/** A database with the tasks of many users. */
export interface TasksDatabase {
  /** The user that owns the tables, for contenders without row-level security. */
  readonly ownerUrl: string;
  /** The user that an API connects as. */
  readonly loginUrl: string;
  /** Adds the tasks, and what Drizzle's recipe needs. The table exists: the API creates it when it starts. */
  fill(): Promise<void>;
}

const tasksOfEach = 200;

/**
 * Creates a database.
 *
 * @param key Makes the database hardened: it then demands a proof of each principal.
 */
export async function createTasksDatabase(
  server: PostgresServer,
  users: number,
  key?: string,
): Promise<TasksDatabase> {
  const ownerUrl = await server.createDatabase();
  const login = new URL(ownerUrl);
  [login.username, login.password] = ["api", "api"];
  const owner = postgres(ownerUrl, { max: 1, onnotice: () => {} });
  await migrateRows(owner, { login: "api", ...(key !== undefined && { keys: [key] }) });
  await owner`alter role api password 'api'`;
  return {
    ownerUrl,
    loginUrl: login.href,
    async fill() {
      const names = Array.from({ length: users }, (_, number) => userOf(number));
      await owner`
        insert into tasks (owner_id, title, notes, created_at)
        select owner, 'Task ' || number, 'Notes of task ' || number, now() - number * interval '1 minute'
        from unnest(${owner.array(names)}::text[]) as owner, generate_series(1, ${tasksOfEach}) as number`;
      await owner.unsafe(recipe);
      await owner.end();
    },
  };
}

/** The role and the policy that Drizzle's recipe for row-level security uses. */
const recipe = `
  do $role$ begin create role authenticated nologin; exception when duplicate_object then null; end $role$;
  grant usage on schema public to authenticated;
  grant select on tasks to authenticated;
  create policy recipe on tasks for select to authenticated
    using (owner_id = (select current_setting('request.jwt.claim.sub', true)));
  analyze tasks;`;
