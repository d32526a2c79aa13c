import postgres from "postgres";
import { type PreparedTables, resetRows, uuidOf } from "../prepared-tables.ts";

/** What injected SQL did. */
export type Damage = "reads" | "writes" | "revokes" | "leaves";

/** Every row that is bob's, and everything else that a request must not change. */
const protectedState = `
  select
    (select json_agg(row_to_json(notes) order by id)::text from notes where owner_id = 'bob') as notes,
    (select json_agg(row_to_json(documents) order by id)::text from documents where owner_id = '${uuidOf.bob}') as documents,
    (select json_agg(row_to_json(counters) order by id)::text from counters where owner_id = 2) as counters,
    (select json_agg(row_to_json(projects) order by id)::text from projects where owner_id = 'bob') as projects,
    (select json_agg(row_to_json(keys) order by id)::text from usher.principal_keys as keys) as keys,
    (select json_agg(relname order by relname)::text from pg_class
      where relnamespace = 'public'::regnamespace) as relations`;

/** Rows of others that contain what is bob's: read by writing. */
const copied = `
  select body from notes where owner_id <> 'bob' and body like '%secret of bob%'
  union all select body from projects where owner_id <> 'bob' and body like '%secret of bob%'`;

/** What belongs to a session. Settings appear with their extension, so only changed ones count. */
const session = `
  select json_build_object(
    'users', array[current_user, session_user]::text,
    'role', current_setting('role'),
    'own', (select json_agg(coalesce(current_setting(name, true), '')) from
      unnest(array['usher.user_id', 'usher.org_id', 'usher.proof', 'attack.note']) as name),
    'settings', (select json_object_agg(name, setting order by name) from pg_settings
      where setting is distinct from reset_val and name not like 'transaction%'),
    'prepared', (select count(*) from pg_prepared_statements where from_sql),
    'cursors', (select count(*) from pg_cursors where is_holdable),
    'channels', (select count(*) from pg_listening_channels()),
    'locks', (select count(*) from pg_locks where pid = pg_backend_pid() and locktype = 'advisory'),
    'temporary', (select count(*) from pg_class where pg_is_other_temp_schema(relnamespace) is false
      and relpersistence = 't')
  )::text as state`;

type Raw = (text: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** Everything that a pooled connection keeps from one transaction to the next. */
export async function sessionState(raw: Raw): Promise<string> {
  // A statement timeout of a millisecond, for example, is left too.
  const state = await raw(session).then(([row]) => row?.state, String);
  const lastNumber = await raw("select lastval()").then(
    (rows) => JSON.stringify(rows),
    (error: { code?: string }) => error.code,
  );
  return `${state} ${lastNumber}`;
}

/** Sees what an attack has done, as the superuser. */
export interface Witness {
  /** What happened since the last {@link Witness.reset}. `answer`: all that the attacker got. */
  damage(answer: string): Promise<Set<Damage>>;
  reset(): Promise<void>;
  close(): Promise<void>;
}

export async function openWitness({ adminUrl }: PreparedTables): Promise<Witness> {
  const admin = postgres(adminUrl, { max: 1, onnotice: () => {} });
  const read = async () => JSON.stringify(await admin.unsafe(protectedState));
  const before = await read();
  return {
    damage: async (answer) => {
      const found = new Set<Damage>();
      if (answer.includes("secret of bob")) found.add("reads");
      if ((await admin.unsafe(copied)).length > 0) found.add("reads");
      if ((await read()) !== before) found.add("writes");
      if ((await admin.unsafe("select from usher_revocations")).length > 0) found.add("revokes");
      return found;
    },
    reset: async () => {
      await resetRows((script) => admin.unsafe(script));
      await admin.unsafe(
        `truncate usher_revocations; drop table if exists public.planted;
        delete from usher.principal_keys where id = repeat('a', 16)`,
      );
    },
    close: () => admin.end(),
  };
}
