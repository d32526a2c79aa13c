"""The store of ``usher_revocations``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from ..options import integer_within
from ..revocation import Revocation, RevocationListener
from .drivers import driver_of
from .migrations import MIGRATION_SCRIPT
from .statements import APPEND, write_revocations
from .subscription import read_all, subscribe

# How many seconds longer a revocation is kept: more than clocks may differ, and longer than Revocations keeps
# it.
_GRACE = 600


class PostgresRevocationStore:
    """Stores revocations in the Postgres table ``usher_revocations``, and delivers new ones to every process.

    The table is that of ``@usher-auth/postgres``: APIs in Node.js and in Python can share it. Create it with
    :func:`migrate_revocations`, on either side. New rows arrive by ``LISTEN`` within milliseconds, and by a
        query every
    second in case a notification is lost. A connection pooler must be in session mode.

    The database user needs SELECT and INSERT on the table, and DELETE to subscribe.
    """

    def __init__(self, dsn: str, *, max_token_age: int = 86_400, driver: str | None = None) -> None:
        """Validate the options. Connects later, in the event loop of the application.

        :param dsn: the address, ``postgresql://…``. It holds a password and appears in no message of this
            package.
        :param max_token_age: seconds, 1 to 30 days: the same as for ``Revocations``. Older revocations are
            deleted.
        :param driver: ``asyncpg`` or ``psycopg``. Default: the one that is installed, asyncpg first.
        :raises ConfigurationError: an invalid option, or no driver.
        """
        self._driver = driver_of(dsn, driver)
        self._life = (
            integer_within(max_token_age, "PostgresRevocationStore: max_token_age", 1, 30 * 86_400) + _GRACE
        )

    async def load(self) -> AsyncIterator[Sequence[Revocation]]:
        """The whole table, page by page."""
        connection = await self._driver.connect()
        try:
            async for batch in read_all(connection):
                yield batch
        finally:
            await connection.close()

    async def append(self, revocations: Sequence[Revocation]) -> None:
        """Record durably."""
        if not revocations:
            return
        connection = await self._driver.connect()
        try:
            await connection.query(APPEND, write_revocations(revocations))
        finally:
            await connection.close()

    async def subscribe(self, listener: RevocationListener) -> Callable[[], Awaitable[None]]:
        """Tell about every revocation from now on."""
        return await subscribe(self._driver, listener, self._life)


async def migrate_revocations(dsn: str, *, driver: str | None = None) -> None:
    """Create the table ``usher_revocations``, or update it. Safe at every start, and in several processes at
    once.

    It is in the first schema of the search path, owned by the address's user, without access for other roles.
    Postgres 13 or newer.

    :raises Exception: the database's error, for example if the user may not CREATE in that schema.
    :raises ConfigurationError: no driver.
    """
    connection = await driver_of(dsn, driver).connect()
    try:
        await connection.run(MIGRATION_SCRIPT)
    finally:
        await connection.close()
