import { revokeAll } from "../sql/privileges.ts";

/**
 * Each runs once, in this order. Never change a published one: add another.
 *
 * The column `transaction` lets a replica find what it has missed (statements.ts). Only the role that created
 * the table has access. The role `usher_api` has none, so a handler's query cannot revoke a token or undo a
 * revocation.
 */
const migrations: readonly string[] = [
  `
  create table usher_revocations (
    sequence bigint generated always as identity primary key,
    kind text not null check (kind in ('token', 'session', 'user')),
    id text not null check (id <> ''),
    before double precision not null check (before >= 0 and before < 100000000000),
    transaction xid8 not null default pg_current_xact_id()
  );
  comment on table usher_revocations is 'What no longer counts: tokens (jti), sessions (sid), and what users (sub) had until an instant. Kept as long as such a token may be alive';
  comment on column usher_revocations.before is 'Seconds since 1970';
  create index usher_revocations_news on usher_revocations (transaction, sequence);
  create index usher_revocations_before on usher_revocations (before);
  ${revokeAll("usher_revocations", "usher_revocations_migrations", "usher_revocations_sequence_seq")}

  create function usher_revocations_tell() returns trigger language plpgsql as $tell$
  begin
    perform pg_notify('usher_revocations', '');
    return null;
  end
  $tell$;
  create trigger usher_revocations_tell after insert on usher_revocations
    for each statement execute function usher_revocations_tell();
  `,
  // Rows of a restore or a COPY carry the transactions of another server, and rows changed by hand their old
  // ones.
  `
  create function usher_revocations_stamp() returns trigger language plpgsql as $stamp$
  begin
    new.transaction := pg_current_xact_id();
    return new;
  end
  $stamp$;
  create trigger usher_revocations_stamp before insert or update on usher_revocations
    for each row execute function usher_revocations_stamp();
  alter table usher_revocations enable always trigger usher_revocations_stamp;

  drop trigger usher_revocations_tell on usher_revocations;
  create trigger usher_revocations_tell after insert or update on usher_revocations
    for each statement execute function usher_revocations_tell();
  `,
  // Replicas of an older version name their columns, and leave this one null. While the statement waits for a
  // long transaction, such as a backup, everything else waits behind it, and the revocations would become
  // stale: it waits for a second at a time.
  `
  declare
    patience text := current_setting('lock_timeout');
  begin
    for attempt in 1..60 loop
      begin
        perform set_config('lock_timeout', '1s', true);
        alter table usher_revocations add column made_by text;
        exit;
      exception when lock_not_available then
        if attempt = 60 then
          raise;
        end if;
        perform pg_sleep(1);
      end;
    end loop;
    perform set_config('lock_timeout', patience, true);
  end;
  comment on column usher_revocations.made_by is 'Who revoked it, for people and audits; null if that is not known';
  `,
];

/**
 * At each start: rows that were restored with numbers ahead of this server's sequence would make the next
 * inserts fail as duplicates.
 */
const catchUp = `
  do $sequence$
  declare counter regclass := pg_get_serial_sequence('usher_revocations', 'sequence');
  begin
    if (select max(sequence) from usher_revocations) > coalesce(pg_sequence_last_value(counter), 0) then
      lock table usher_revocations in share row exclusive mode;
      perform setval(counter, greatest(max(sequence), pg_sequence_last_value(counter))) from usher_revocations;
    end if;
  end
  $sequence$;`;

/** The key of the advisory lock on these migrations: an arbitrary number, the same in every replica. */
const lock = 7_365_688;

/** All migrations in one transaction. Replicas that start together wait for each other. */
export const migrationScript: string = `
  select pg_advisory_xact_lock(${lock});
  create table if not exists usher_revocations_migrations (
    version integer primary key,
    applied_at timestamptz not null default now()
  );
  ${migrations.map((statements, index) => once(index + 1, statements)).join("")}
  ${catchUp}`;

function once(version: number, statements: string): string {
  return `
  do $migration$
  begin
    if not exists (select from usher_revocations_migrations where version = ${version}) then
      ${statements}
      insert into usher_revocations_migrations (version) values (${version});
    end if;
  end
  $migration$;`;
}
