"""Connections: all that differs between asyncpg and psycopg."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Sequence
from importlib.util import find_spec
from typing import Any, Protocol
from urllib.parse import urlsplit

from ..errors import ConfigurationError

Row = Sequence[Any]

DEADLINE = 3.0
"""Seconds for an answer. After that the connection counts as lost: it may be half-open."""


class Connection(Protocol):
    """A connection that is not shared."""

    async def query(self, statement: str, *values: str) -> Sequence[Row]:
        """Run one statement, within the deadline."""

    async def run(self, script: str) -> None:
        """Run several statements in one transaction. No deadline: it may wait for a lock."""

    async def listen(self, channel: str) -> None:
        """Listen from now on."""

    async def wait(self, seconds: float) -> None:
        """Wait for a notification, at most so long. Raises when the connection is lost."""

    async def close(self) -> None:
        """Close it at once. Never waits for a peer that does not answer, and never raises."""


class Driver(Protocol):
    """Opens connections."""

    async def connect(self) -> Connection:
        """Open a connection, within the deadline."""


def driver_of(dsn: str, name: str | None) -> Driver:
    """Choose a driver.

    :param name: ``asyncpg`` or ``psycopg``; None: the one that is installed, asyncpg first.
    :raises ConfigurationError: none is installed.
    """
    if not isinstance(dsn, str) or not dsn:
        raise ConfigurationError("PostgresRevocationStore: give the address, such as postgresql://…")
    installed = [driver for driver in ("asyncpg", "psycopg") if find_spec(driver) is not None]
    chosen = name or next(iter(installed), None)
    if chosen not in installed or chosen is None:
        raise ConfigurationError(
            f"PostgresRevocationStore: {chosen or 'neither asyncpg nor psycopg'} is not installed. "
            "Install usher-auth[asyncpg] or usher-auth[psycopg]."
        )
    return _Asyncpg(dsn) if chosen == "asyncpg" else _Psycopg(dsn)


class _Asyncpg:
    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    async def connect(self) -> Connection:
        import asyncpg

        # Without a cache of statements, poolers that hand connections on do no harm.
        opening = asyncpg.connect(
            self._dsn, timeout=DEADLINE, command_timeout=DEADLINE, statement_cache_size=0
        )
        return _AsyncpgConnection(await _open(opening, self._dsn))


class _AsyncpgConnection:
    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._woken = asyncio.Event()
        connection.add_termination_listener(lambda _: self._woken.set())

    async def query(self, statement: str, *values: str) -> Sequence[Row]:
        # The rows as tuples: by position, as psycopg gives them.
        return [tuple(row) for row in await self._connection.fetch(statement, *values, timeout=DEADLINE)]

    async def run(self, script: str) -> None:
        await self._connection.execute(script, timeout=None)

    async def listen(self, channel: str) -> None:
        await self._connection.add_listener(channel, lambda *_: self._woken.set())

    async def wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError, asyncio.TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
        # Before the next query: a notification from now on may be about a row that it does not see.
        self._woken.clear()
        if self._connection.is_closed():
            raise ConnectionError("the connection was lost")

    async def close(self) -> None:
        self._connection.terminate()


class _Psycopg:
    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    async def connect(self) -> Connection:
        import psycopg

        opening = psycopg.AsyncConnection.connect(
            self._dsn,
            autocommit=True,
            prepare_threshold=None,
            cursor_factory=psycopg.AsyncRawCursor,
            # In a database without an encoding, psycopg would return bytes.
            client_encoding="utf8",
        )
        return _PsycopgConnection(await _open(opening, self._dsn))


class _PsycopgConnection:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def query(self, statement: str, *values: str) -> Sequence[Row]:
        return await asyncio.wait_for(self._fetch(statement, values), DEADLINE)

    async def _fetch(self, statement: str, values: tuple[str, ...]) -> Sequence[Row]:
        cursor = await self._connection.execute(statement, values)
        rows: Sequence[Row] = await cursor.fetchall() if cursor.description is not None else ()
        return rows

    async def run(self, script: str) -> None:
        await self._connection.execute(script)

    async def listen(self, channel: str) -> None:
        await self._connection.execute(f"listen {channel}")

    async def wait(self, seconds: float) -> None:
        async for _ in self._connection.notifies(timeout=seconds, stop_after=1):
            pass

    async def close(self) -> None:
        # Cuts it off: the asynchronous close is a local one, too.
        try:
            await asyncio.wait_for(self._connection.close(), DEADLINE)
        except Exception:
            return


async def _open(opening: Awaitable[Any], dsn: str) -> Any:
    """Wait for a connection. What goes wrong may be said with the address, and that holds a password."""
    try:
        return await asyncio.wait_for(opening, DEADLINE)
    except Exception as error:
        text = str(error)
        if _password_of(dsn) in text or dsn in text:
            text = type(error).__name__
        raise ConnectionError(text or "no answer in time") from None


def _password_of(dsn: str) -> str:
    """The password; the whole address where it is written in another way."""
    try:
        return urlsplit(dsn).password or dsn
    except ValueError:
        return dsn
