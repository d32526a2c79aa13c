import type { Revocation } from "@usher-auth/verify";
import type { Row } from "./drivers/driver.ts";

/** The channel on which the table's trigger says that there is something new. */
export const channel = "usher_revocations";

/** Most rows in one answer: some 2 MB, so that each arrives well within the deadline. */
export const pageSize = 10_000;

/**
 * Value: the last page's last sequence, 0 for the first page. The order's column by its full name: the text
 * would win.
 */
export const pageStatement: string = `
  select sequence::text, kind, id, before from usher_revocations
  where sequence > $1::text::bigint order by usher_revocations.sequence limit ${pageSize}`;

/** Where a replica stands: what it could see, and of which server it was told that. */
export const positionStatement: string = `
  select pg_current_snapshot()::text as snapshot, pg_postmaster_start_time()::text as server`;

/**
 * What the snapshot $1 could not see, after the transaction $2 and its row $3, together with what can be seen
 * now. One row at least, with nulls where there is nothing new. In the order of an index, whatever the
 * planner knows of the table.
 *
 * Not by sequence alone: transactions commit in another order than they take their numbers, and what commits
 * late under a low number would be passed over. A snapshot knows which transactions were under way, and so
 * none is.
 *
 * A row of a transaction that has not begun here yet has come from another server, past the trigger that puts
 * it right: it would be news each time. {@link arrivalsStatement} sees it.
 */
export const newsStatement: string = `
  select position.snapshot, news.* from (select pg_current_snapshot()::text as snapshot) as position
  left join lateral (
    select transaction::text, sequence::text, kind, id, before from usher_revocations
    where transaction >= pg_snapshot_xmin($1::text::pg_snapshot)
      and transaction < pg_snapshot_xmax(position.snapshot::pg_snapshot)
      and not pg_visible_in_snapshot(transaction, $1::text::pg_snapshot)
      and (transaction, sequence) > ($2::text::xid8, $3::text::bigint)
    order by usher_revocations.transaction, usher_revocations.sequence limit ${pageSize}
  ) as news on true`;

/**
 * The same by what Postgres itself notes of each row (`xmin`), whatever the row says: what the snapshot $1
 * could not see, after the sequence $2. It reads the whole table, and so is not for every look.
 *
 * `xmin` has the lower half of a transaction's number; what is above it follows from the number that comes
 * next.
 */
export const arrivalsStatement: string = `
  select position.snapshot, news.* from (
    select snapshot::text, pg_snapshot_xmax(snapshot)::text::bigint as next from pg_current_snapshot() as snapshot
  ) as position
  left join lateral (
    select sequence::text, kind, id, before from usher_revocations
    where not pg_visible_in_snapshot(
        (position.next - ((position.next - xmin::text::bigint) & 4294967295))::text::xid8, $1::text::pg_snapshot)
      and sequence > $2::text::bigint
    order by usher_revocations.sequence limit ${pageSize}
  ) as news on true`;

/** Value: a list of revocations as JSON. A trigger notifies. */
export const appendStatement: string = `
  insert into usher_revocations (kind, id, before)
  select kind, id, before from json_to_recordset($1::text::json) as given(kind text, id text, before double precision)`;

/**
 * Value: for how many seconds a revocation matters. By the database's clock: a replica's own may be wrong.
 */
export const sweepStatement: string = `
  with old as (
    select sequence from usher_revocations where before < extract(epoch from now()) - $1::text::double precision
    order by before limit ${pageSize} for update skip locked
  )
  delete from usher_revocations using old where usher_revocations.sequence = old.sequence returning 1 as one`;

export function writeRevocations(revocations: readonly Revocation[]): string {
  return JSON.stringify(revocations.map(({ kind, id, before }) => ({ kind, id: writeId(id), before })));
}

export function readRevocation(row: Row): Revocation {
  return { kind: row.kind as Revocation["kind"], id: readId(row.id as string), before: row.before as number };
}

/**
 * An id as Postgres can hold it. Text has no room for U+0000 and for halves of surrogate pairs, which a
 * signed claim may hold all the same, and whose revocation must not fail: so an id is kept as the inside of a
 * JSON string. Ids without quotes, backslashes and control characters, which is all that Better Auth makes,
 * are kept as they are.
 */
function writeId(id: string): string {
  return JSON.stringify(id).slice(1, -1);
}

function readId(text: string): string {
  if (!text.includes("\\")) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    // Put in by hand, by somebody who did not know: the likeliest is that it is meant as it stands.
    return text;
  }
}
