"""Tells a listener about every revocation that is appended from now on.

A notification has no content: it only triggers a query. So no revocation can be lost with a notification, or
be too long for one; and a query every second finds what no notification reported.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..log_text import explain, logger
from ..revocation import RevocationListener, read_stored
from .drivers import Connection, Driver, Row
from .statements import (
    CHANNEL,
    CLEANUP,
    NEW_ROWS,
    PAGE,
    PAGE_SIZE,
    POSITION,
    RESTORED_ROWS,
    read_id,
)

# Seconds between two queries without a notification, and between two full scans.
_POLL, _SCAN = 1.0, 60.0

# Seconds to wait after the first failure. Each further failure doubles it, up to the second number.
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 2.0

# Seconds between two cleanups.
_CLEANUP_INTERVAL = 60.0


@dataclass(frozen=True)
class _Position:
    """How far this process has read the table."""

    snapshot: str
    scanned: str
    """The snapshot of the last full scan."""
    server: str


async def read_all(connection: Connection) -> AsyncIterator[list[Any]]:
    """Read the whole table, page by page.

    The pages are not one snapshot: a row that is committed meanwhile, with a number that was already passed,
    is missing. A subscription that began before reports it.
    """
    last = "0"
    while True:
        rows = await connection.query(PAGE, last)
        if rows:
            yield [_read(row[1:]) for row in rows]
        if len(rows) < PAGE_SIZE:
            return
        last = rows[-1][0]


async def subscribe(
    driver: Driver, listener: RevocationListener, life: float
) -> Callable[[], Awaitable[None]]:
    """Start, and return a function that stops.

    :param life: how long a revocation matters, in seconds. Older ones are deleted.
    :raises Exception: the first connection fails.
    """
    connection = await _open(driver)
    try:
        position = await _read_position(connection)
    except BaseException:
        await connection.close()
        raise
    tasks = [
        asyncio.create_task(_follow(driver, listener, connection, position)),
        asyncio.create_task(_clean_up(driver, life)),
    ]

    async def stop() -> None:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=5)

    return stop


async def _follow(
    driver: Driver, listener: RevocationListener, first: Connection, position: _Position
) -> None:
    connection: Connection | None = first
    scanned_at = time.monotonic()
    failures = 0
    try:
        while True:
            try:
                if connection is None:
                    connection = await _open(driver)
                    position = await _catch_up(connection, listener, position)
                position = await _poll(connection, listener, position)
                if time.monotonic() - scanned_at >= _SCAN:
                    position = await _scan(connection, listener, position)
                    scanned_at = time.monotonic()
                listener.confirmed()
                failures = 0
                await connection.wait(_POLL)
            except Exception as error:
                listener.failed(error)
                if connection is not None:
                    await connection.close()
                connection = None
                wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(failures, 10))
                failures += 1
                await asyncio.sleep(wait * (0.5 + random.random() / 2))  # noqa: S311 - spreads retries
    finally:
        if connection is not None:
            await connection.close()


async def _open(driver: Driver) -> Connection:
    connection = await driver.connect()
    try:
        await asyncio.wait_for(connection.listen(CHANNEL), 3)
    except BaseException:
        await connection.close()
        raise
    return connection


async def _read_position(connection: Connection) -> _Position:
    ((snapshot, server),) = await connection.query(POSITION)
    return _Position(snapshot, snapshot, server)


async def _catch_up(connection: Connection, listener: RevocationListener, position: _Position) -> _Position:
    """After a restart or a failover, old snapshots may not be comparable with new ones: everything is read
    again."""
    current = await _read_position(connection)
    if current.server == position.server:
        return position
    async for batch in read_all(connection):
        listener.revoked(batch)
    return current


async def _poll(connection: Connection, listener: RevocationListener, position: _Position) -> _Position:
    """What was committed after the snapshot, found by index."""
    snapshot, last = None, ("0", "0")
    while True:
        rows = await connection.query(NEW_ROWS, position.snapshot, *last)
        # The snapshot of the FIRST query: a row that is committed between two pages, at a place that was
        # already passed, is then new again.
        snapshot = snapshot or rows[0][0]
        found = [row for row in rows if row[2] is not None]
        _tell(listener, [_read(row[3:]) for row in found])
        if len(found) < PAGE_SIZE:
            return replace(position, snapshot=snapshot)
        last = (found[-1][1], found[-1][2])


async def _scan(connection: Connection, listener: RevocationListener, position: _Position) -> _Position:
    """What arrived after the snapshot in any way, also by a restore past the triggers."""
    snapshot, last = None, "0"
    while True:
        rows = await connection.query(RESTORED_ROWS, position.scanned, last)
        snapshot = snapshot or rows[0][0]
        found = [row for row in rows if row[1] is not None]
        _tell(listener, [_read(row[2:]) for row in found])
        if len(found) < PAGE_SIZE:
            return replace(position, scanned=snapshot)
        last = found[-1][1]


def _tell(listener: RevocationListener, batch: Sequence[Any]) -> None:
    if batch:
        listener.revoked(batch)


def _read(row: Row) -> Any:
    # Who made it comes last, and decides nothing.
    kind, identifier, before, _ = row
    revocation, _ = read_stored({"kind": kind, "id": read_id(identifier), "before": before}, time.time())
    return revocation


async def _clean_up(driver: Driver, life: float) -> None:
    """Delete expired revocations, now and every minute. Every process does; each skips the rows that another
    deletes."""
    has_failed = False
    while True:
        try:
            connection = await driver.connect()
            try:
                while len(await connection.query(CLEANUP, str(life))) == PAGE_SIZE:
                    pass
            finally:
                await connection.close()
            has_failed = False
        except Exception as error:
            if not has_failed:
                logger.warning("old revocations stay: %s", explain(error))
            has_failed = True
        await asyncio.sleep(_CLEANUP_INTERVAL)
