import type { Revocation } from "@usher-auth/verify/revocation";
import type { Row } from "./drivers/driver.ts";

/** The channel that the table's trigger notifies when rows are added. */
export const channel = "usher_revocations";

/** The most rows in one answer: about 2 MB, so that each arrives well within the deadline. */
export const pageSize = 10_000;

/**
 * One page of the table. $1: the last sequence of the previous page, 0 for the first. `order by` names the
 * table: a bare `sequence` would be the text of the select list.
 *
 * A database that is not migrated yet has no column `made_by`. So the table is read inside another select
 * that has one, which is null: SQL looks there for a name that the table does not know.
 */
export const pageStatement: string = `
  select page.* from (select null::text as made_by) as unknown cross join lateral (
    select sequence::text, kind, id, before, made_by from usher_revocations
    where sequence > $1::text::bigint order by usher_revocations.sequence limit ${pageSize}
  ) as page`;

/** The position of a replica: the snapshot that it has read, and the server that the snapshot belongs to. */
export const positionStatement: string = `
  select pg_current_snapshot()::text as snapshot, pg_postmaster_start_time()::text as server`;

/**
 * The rows that are not in the snapshot $1, after transaction $2 and its row $3, and the current snapshot. At
 * least one row, with nulls if nothing is new. Sorted by an index, whatever statistics the planner has.
 *
 * The sequence alone is not enough: transactions commit in another order than they take their numbers, so a
 * late commit with a low number would be missed. A snapshot lists the transactions that were running.
 *
 * Excludes rows of transactions that this server has not started yet: they came from another server, past the
 * trigger that stamps them, and would be new each time. {@link restoredRowsStatement} finds them.
 */
export const newRowsStatement: string = `
  select position.snapshot, news.* from (
    select pg_current_snapshot()::text as snapshot, null::text as made_by
  ) as position
  left join lateral (
    select transaction::text, sequence::text, kind, id, before, made_by from usher_revocations
    where transaction >= pg_snapshot_xmin($1::text::pg_snapshot)
      and transaction < pg_snapshot_xmax(position.snapshot::pg_snapshot)
      and not pg_visible_in_snapshot(transaction, $1::text::pg_snapshot)
      and (transaction, sequence) > ($2::text::xid8, $3::text::bigint)
    order by usher_revocations.transaction, usher_revocations.sequence limit ${pageSize}
  ) as news on true`;

/**
 * The rows that are not in the snapshot $1, after sequence $2, by Postgres's own record of the inserting
 * transaction (`xmin`) instead of the row's column. Finds what a restore added past the trigger. Reads the
 * whole table, so it does not run every second.
 *
 * `xmin` is the lower half of a transaction's number. The upper half follows from the next number to be
 * assigned.
 */
export const restoredRowsStatement: string = `
  select position.snapshot, news.* from (
    select snapshot::text, pg_snapshot_xmax(snapshot)::text::bigint as next, null::text as made_by
    from pg_current_snapshot() as snapshot
  ) as position
  left join lateral (
    select sequence::text, kind, id, before, made_by from usher_revocations
    where not pg_visible_in_snapshot(
        (position.next - ((position.next - xmin::text::bigint) & 4294967295))::text::xid8, $1::text::pg_snapshot)
      and sequence > $2::text::bigint
    order by usher_revocations.sequence limit ${pageSize}
  ) as news on true`;

/** $1: a list of revocations as JSON. A trigger notifies. */
export const appendStatement: string = `
  insert into usher_revocations (kind, id, before, made_by)
  select kind, id, before, made_by from json_to_recordset($1::text::json)
    as given(kind text, id text, before double precision, made_by text)`;

/** The same for a database that is not migrated yet: who revoked is not recorded. */
export const appendAnonymousStatement: string = `
  insert into usher_revocations (kind, id, before)
  select kind, id, before from json_to_recordset($1::text::json) as given(kind text, id text, before double precision)`;

/** $1: how long a revocation matters, in seconds. Uses the database's clock: a replica's own may be wrong. */
export const cleanupStatement: string = `
  with old as (
    select sequence from usher_revocations where before < extract(epoch from now()) - $1::text::double precision
    order by before limit ${pageSize} for update skip locked
  )
  delete from usher_revocations using old where usher_revocations.sequence = old.sequence returning 1 as one`;

export function writeRevocations(revocations: readonly Revocation[]): string {
  return JSON.stringify(
    revocations.map(({ kind, id, before, by }) => ({
      kind,
      id: writeId(id),
      before,
      made_by: by === undefined ? null : writeMaker(by),
    })),
  );
}

export function readRevocation(row: Row): Revocation {
  return {
    kind: row.kind as Revocation["kind"],
    id: readId(row.id as string),
    before: row.before as number,
    ...(typeof row.made_by === "string" && { by: row.made_by }),
  };
}

/** It is a label, and must not make the insert fail: see {@link writeId}. `createRevocations` has escaped it. */
function writeMaker(by: string): string {
  return by
    .slice(0, 200)
    .replace(/\p{Cc}/gu, "?")
    .toWellFormed();
}

/**
 * An id in the form in which it is stored. Postgres text cannot contain U+0000 or half of a surrogate pair,
 * but a signed claim can, and its revocation must not fail: an id is stored as the content of a JSON string.
 * Ids without quotes, backslashes and control characters, such as all ids of Better Auth, look the same in
 * both.
 */
function writeId(id: string): string {
  return JSON.stringify(id).slice(1, -1);
}

function readId(text: string): string {
  if (!text.includes("\\")) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    // Inserted by hand, without the escapes: most likely the text is the id.
    return text;
  }
}
