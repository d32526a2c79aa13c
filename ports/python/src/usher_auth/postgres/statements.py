"""The statements. They are those of ``@usher-auth/postgres``, which shares the table; a test compares
them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from ..revocation import Revocation

CHANNEL = "usher_revocations"
"""The channel that the table's trigger notifies when rows are added."""

PAGE_SIZE = 10_000
"""The most rows in one answer: about 2 MB, so that each arrives well within the deadline."""

# A table of an older version has no column `made_by`. SQL then takes the outer select's, which is null.
PAGE = f"""
  select page.* from (select null::text as made_by) as unknown cross join lateral (
    select sequence::text, kind, id, before, made_by from usher_revocations
    where sequence > $1::text::bigint order by usher_revocations.sequence limit {PAGE_SIZE}
  ) as page"""

POSITION = """
  select pg_current_snapshot()::text as snapshot, pg_postmaster_start_time()::text as server"""

# The sequence alone is not enough: transactions commit in another order than they take their numbers, so a
# late commit with a low number would be missed. A snapshot lists the transactions that were running.
NEW_ROWS = f"""
  select position.snapshot, news.* from (
    select pg_current_snapshot()::text as snapshot, null::text as made_by
  ) as position
  left join lateral (
    select transaction::text, sequence::text, kind, id, before, made_by from usher_revocations
    where transaction >= pg_snapshot_xmin($1::text::pg_snapshot)
      and transaction < pg_snapshot_xmax(position.snapshot::pg_snapshot)
      and not pg_visible_in_snapshot(transaction, $1::text::pg_snapshot)
      and (transaction, sequence) > ($2::text::xid8, $3::text::bigint)
    order by usher_revocations.transaction, usher_revocations.sequence limit {PAGE_SIZE}
  ) as news on true"""

# Finds what a restore added past the trigger, by Postgres's own record of the inserting transaction. Reads
# the whole table, so it does not run every second.
RESTORED_ROWS = f"""
  select position.snapshot, news.* from (
    select snapshot::text, pg_snapshot_xmax(snapshot)::text::bigint as next, null::text as made_by
    from pg_current_snapshot() as snapshot
  ) as position
  left join lateral (
    select sequence::text, kind, id, before, made_by from usher_revocations
    where not pg_visible_in_snapshot(
        (position.next - ((position.next - xmin::text::bigint) & 4294967295))::text::xid8, $1::text::pg_snapshot)
      and sequence > $2::text::bigint
    order by usher_revocations.sequence limit {PAGE_SIZE}
  ) as news on true"""

APPEND = """
  insert into usher_revocations (kind, id, before)
  select kind, id, before from json_to_recordset($1::text::json) as given(kind text, id text, before double precision)"""

# By the database's clock: a replica's own may be wrong.
CLEANUP = f"""
  with old as (
    select sequence from usher_revocations where before < extract(epoch from now()) - $1::text::double precision
    order by before limit {PAGE_SIZE} for update skip locked
  )
  delete from usher_revocations using old where usher_revocations.sequence = old.sequence returning 1 as one"""


def write_revocations(revocations: Sequence[Revocation]) -> str:
    """The parameter of :data:`APPEND`."""
    return json.dumps(
        [{"kind": one.kind, "id": write_id(one.id), "before": one.before} for one in revocations]
    )


def write_id(identifier: str) -> str:
    """An id in the form in which it is stored: the content of a JSON string.

    Postgres text cannot contain U+0000 or half of a surrogate pair, but a signed claim can, and its
    revocation must not fail. Ids without quotes, backslashes and control characters look the same in both.
    """
    escaped = json.dumps(identifier, ensure_ascii=False)[1:-1]
    return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", escaped)


def read_id(text: str) -> str:
    """The id of a stored text."""
    if "\\" not in text:
        return text
    try:
        identifier = json.loads(f'"{text}"')
    except ValueError:
        # Inserted by hand, without the escapes: most likely the text is the id.
        return text
    return identifier if isinstance(identifier, str) else text
