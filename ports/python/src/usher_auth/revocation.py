"""Revoked tokens, sessions and users: a copy in memory of what a store holds."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from .clock import Clock, ElapsedClock, SteadyClock
from .errors import AuthError, ConfigurationError
from .log_text import explain, logger
from .options import integer_within
from .revocation_table import RevocableToken, RevocationTable, end_of

__all__ = [
    "MemoryRevocationStore",
    "RevocableToken",
    "Revocation",
    "RevocationListener",
    "RevocationStore",
    "Revocations",
]

_KINDS = ("token", "session", "user")

# Above any time in seconds: as seconds it is in the year 5138, as milliseconds in 1973.
_BEYOND_SECONDS = 100_000_000_000

_THIRTY_DAYS = 30 * 86_400

# Seconds for each call of the store.
_CALL_TIMEOUT = 10.0

# Seconds to wait after the first failure. Each further failure doubles it, up to half a minute.
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 30.0


@dataclass(frozen=True)
class Revocation:
    """One revocation: of a token, of a session with all of its tokens, or of what a user had until a time.

    >>> Revocation("user", "alice", before=1_700_000_000)
    Revocation(kind='user', id='alice', before=1700000000)
    """

    kind: Literal["token", "session", "user"]
    """The kind of ``id``: a token's ``jti``, a session's ``sid``, or a user's ``sub``."""
    id: str
    """The exact value of the claim. Never the token itself: a JWS has several spellings, and it is a
    secret."""
    before: float
    """Seconds since 1970; milliseconds are rejected. For a user, it revokes tokens issued at or before it:
    whole seconds cover that whole second, a fraction is exact."""

    def __post_init__(self) -> None:
        if (
            self.kind not in _KINDS
            or not isinstance(self.id, str)
            or not self.id
            or not is_instant(self.before)
        ):
            raise TypeError(
                'a revocation is Revocation("token" | "session" | "user", id: a non-empty string, before: '
                "seconds "
                "since 1970, not milliseconds)"
            )


class RevocationListener(Protocol):
    """What a store calls."""

    def revoked(self, batch: Sequence[Revocation]) -> None:
        """These were revoked, by any replica. May repeat earlier ones."""

    def confirmed(self) -> None:
        """Nothing is missing up to now."""

    def failed(self, error: BaseException) -> None:
        """Nothing can be confirmed now. The store keeps retrying."""


class RevocationStore(Protocol):
    """Stores revocations for as long as they may matter, shared by the processes of an API."""

    def load(self) -> AsyncIterator[Sequence[Revocation]]:
        """Everything that may still count, in batches, in any order."""

    async def append(self, revocations: Sequence[Revocation]) -> None:
        """Record durably, for all processes. Returns once recorded. Idempotent."""

    async def subscribe(self, listener: RevocationListener) -> Callable[[], Awaitable[None]]:
        """From this call on, tell what anyone appends, and confirm at least every 2 s while it works.

        Returns once it listens, a function that unsubscribes.
        """


class MemoryRevocationStore:
    """Keeps revocations in this process only: for an API that runs as one process, and for tests.

    They are lost at a restart, and tokens that were revoked before it are accepted again until they expire.
    With several workers, each would have its own: use :class:`usher_auth.postgres.PostgresRevocationStore`.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Revocation] = {}
        self._listeners: set[RevocationListener] = set()

    async def load(self) -> AsyncIterator[Sequence[Revocation]]:
        """All of them."""
        yield tuple(self._kept.values())

    async def append(self, revocations: Sequence[Revocation]) -> None:
        """Keep them, and tell every subscriber."""
        for revocation in revocations:
            known = self._kept.get((revocation.kind, revocation.id))
            if known is None or end_of(known.before) < end_of(revocation.before):
                self._kept[revocation.kind, revocation.id] = revocation
        for listener in tuple(self._listeners):
            listener.revoked(revocations)

    async def subscribe(self, listener: RevocationListener) -> Callable[[], Awaitable[None]]:
        """A store in memory never fails: it confirms every second."""

        async def confirm() -> None:
            while True:
                listener.confirmed()
                await asyncio.sleep(1)

        self._listeners.add(listener)
        task = asyncio.create_task(confirm())

        async def unsubscribe() -> None:
            self._listeners.discard(listener)
            task.cancel()

        return unsubscribe


@dataclass(frozen=True)
class RevocationStatus:
    """The state of the revocations."""

    state: Literal["current", "stale", "missing"]
    """``stale``: not confirmed within ``max_staleness``. ``missing``: never fully loaded."""
    entries: int
    """The number of revocations in memory."""
    staleness: float | None = None
    """Seconds since the last confirmation of the store."""


class Revocations:
    """A list of revocations: of tokens by ``jti``, of sessions by ``sid``, and of users by ``sub`` and a
    time.

    It covers every issuer of the verifier. Does nothing until ``ready()`` (a verifier's ``ready()`` calls it)
    or the first check in an event loop of asyncio.

    >>> revocations = Revocations(MemoryRevocationStore(), max_token_age=900)
    >>> revocations.status().state
    'missing'
    """

    def __init__(
        self,
        store: RevocationStore,
        *,
        max_token_age: int,
        max_staleness: int = 10,
        when_stale: Literal["refuse", "accept"] = "refuse",
        clock: Clock | None = None,
        elapsed: Clock | None = None,
    ) -> None:
        """Validate every option.

        :param max_token_age: seconds, 1 to 30 days: the longest lifetime of a token. A verifier with these
            revocations rejects older tokens.
        :param max_staleness: seconds, 3 to 3600: how long the store may be silent before the list counts as
            stale.
        :param when_stale: ``refuse`` rejects all tokens with ``revocations_unavailable`` (503) while the list
            is stale; ``accept`` accepts tokens that are not known to be revoked.
        :param clock: seconds since 1970, for tests.
        :param elapsed: elapsed seconds, for tests.
        :raises ConfigurationError: an invalid option.
        """
        if not all(callable(getattr(store, name, None)) for name in ("load", "append", "subscribe")):
            raise ConfigurationError("Revocations: give a store, such as MemoryRevocationStore().")
        if when_stale not in ("refuse", "accept"):
            raise ConfigurationError('Revocations: when_stale must be "refuse" or "accept".')
        self.max_token_age = integer_within(max_token_age, "Revocations: max_token_age", 1, _THIRTY_DAYS)
        self._max_staleness = integer_within(max_staleness, "Revocations: max_staleness", 3, 3600)
        self._when_stale = when_stale
        self._store = store
        self._clock = clock or SteadyClock()
        self._elapsed = elapsed or ElapsedClock()
        self._table = RevocationTable(self.max_token_age)
        self._confirmed_at = float("-inf")
        self._is_loaded = False
        self._failure: BaseException | None = None
        self._has_warned_misread = False
        self._task: asyncio.Task[None] | None = None
        self._first: asyncio.Future[None] | None = None
        self._again: asyncio.Event | None = None

    async def ready(self) -> None:
        """Subscribe to the store, and return once everything is loaded.

        :raises AuthError: ``revocations_unavailable``. It keeps retrying, at least every 30 seconds.
        """
        first = self._start()
        if self._is_loaded:
            return
        await asyncio.wait({first}, timeout=60)
        if not first.done() or first.cancelled() or first.exception() is not None:
            raise self._unavailable()

    def check(self, token: RevocableToken, now: float | None = None) -> None:
        """Check whether a verified token was revoked. No I/O. Does NOT verify the token.

        :param now: seconds since 1970, if the caller has read a clock already.
        :raises AuthError: ``token_revoked``, ``revocations_unavailable``.
        """
        self._start_if_in_loop()
        if not self._table.is_whole(self._clock() if now is None else now):
            self._reload("the clock was ahead, and some were let go too early")
        kind = self._table.find(token)
        if kind is not None:
            raise AuthError("token_revoked", hint=_HINTS[kind])
        if self._age() >= self._max_staleness and self._when_stale == "refuse":
            raise self._unavailable()

    async def revoke(self, revocations: Revocation | Iterable[Revocation]) -> None:
        """Revoke, here and in every other process. Returns once the store has recorded it.

        :raises TypeError: not a revocation.
        :raises AuthError: ``revocations_unavailable``: the store did not record it within ten seconds.
            Nothing changed here.
        """
        batch = (revocations,) if isinstance(revocations, Revocation) else tuple(revocations)
        if not all(isinstance(one, Revocation) for one in batch):
            raise TypeError("give Revocation(...)")
        try:
            await asyncio.wait_for(self._store.append(batch), _CALL_TIMEOUT)
        except Exception as error:
            raise AuthError("revocations_unavailable", hint=f"not recorded: {_why(error)}") from None
        # After the store: a revocation that is only in memory would be lost at a restart.
        self._take(batch)

    def status(self) -> RevocationStatus:
        """The state of the list, for a health check."""
        age = self._age()
        if not math.isfinite(age):
            return RevocationStatus("missing", len(self._table))
        return RevocationStatus("current" if age < self._max_staleness else "stale", len(self._table), age)

    async def close(self) -> None:
        """Unsubscribe from the store. The revocations become stale."""
        task, self._task = self._task, None
        if task is not None and task.get_loop() is asyncio.get_running_loop():
            task.cancel()
            await asyncio.wait({task}, timeout=_CALL_TIMEOUT)

    def _start_if_in_loop(self) -> None:
        if self._task is not None and not self._task.done() and not self._task.get_loop().is_closed():
            return
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return
        self._start()

    def _start(self) -> asyncio.Future[None]:
        """Start, once for each event loop: a loop that has ended takes its tasks with it."""
        task, first, loop = self._task, self._first, asyncio.get_running_loop()
        if task is not None and first is not None and not task.done() and task.get_loop() is loop:
            return first
        self._is_loaded = False
        self._first = loop.create_future()
        # No one needs to await it.
        self._first.add_done_callback(lambda future: future.cancelled() or future.exception())
        self._again = asyncio.Event()
        self._task = loop.create_task(self._keep_subscribed(self._first, self._again))
        return self._first

    async def _keep_subscribed(self, first: asyncio.Future[None], again: asyncio.Event) -> None:
        failures = 0
        while True:
            again.clear()
            listener = _Listener(self)
            try:
                unsubscribe = await asyncio.wait_for(self._store.subscribe(listener), _CALL_TIMEOUT)
                try:
                    await self._load(listener)
                    failures = 0
                    if not first.done():
                        first.set_result(None)
                    await again.wait()
                finally:
                    listener.is_given_up = True
                    await asyncio.wait_for(unsubscribe(), _CALL_TIMEOUT)
            except Exception as error:
                self._fail(error)
                if not first.done():
                    first.set_exception(error)
            wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(failures, 10))
            failures += 1
            await asyncio.sleep(wait * (0.5 + random.random() / 2))  # noqa: S311 - spreads retries

    async def _load(self, listener: _Listener) -> None:
        """Subscribed before, so that nothing is missed in between."""
        started_at = self._elapsed()
        batches = self._store.load()
        while True:
            try:
                batch = await asyncio.wait_for(batches.__anext__(), _CALL_TIMEOUT)
            except StopAsyncIteration:
                break
            if not self._take(batch):
                raise RuntimeError(_TOO_MANY)
        self._is_loaded = True
        self._confirm(max(started_at, listener.confirmed_at))

    def _take(self, batch: Iterable[object]) -> bool:
        now = self._clock()
        had_room = True
        for entry in batch:
            revocation, fault = read_stored(entry, now)
            if fault is not None and not self._has_warned_misread:
                self._has_warned_misread = True
                logger.warning("a revocation in the store %s: set its `before` to seconds", fault)
            if revocation is not None:
                had_room = self._table.add(revocation, now) and had_room
        return had_room

    def _confirm(self, at: float) -> None:
        self._confirmed_at = max(self._confirmed_at, at)
        self._failure = None
        now = self._clock()
        self._table.sweep(now)
        if not self._table.is_whole(now):
            self._reload("the clock was ahead, and some were let go too early")

    def _reload(self, why: str) -> None:
        """Load everything again, because something was lost."""
        if not self._is_loaded:
            return
        self._is_loaded = False
        self._confirmed_at = float("-inf")
        self._table.start_over()
        self._fail(RuntimeError(why))
        if self._again is not None and self._task is not None and not self._task.get_loop().is_closed():
            # This may be a thread of a synchronous handler.
            self._task.get_loop().call_soon_threadsafe(self._again.set)

    def _fail(self, error: BaseException) -> None:
        if self._failure is None:
            logger.warning("revocations cannot be confirmed: %s", _why(error))
        self._failure = error

    def _age(self) -> float:
        return self._elapsed() - self._confirmed_at

    def _unavailable(self) -> AuthError:
        age = self._age()
        since = f"were last confirmed {int(age)} s ago" if math.isfinite(age) else "have not been loaded yet"
        why = "" if self._failure is None else f": {_why(self._failure)}"
        return AuthError("revocations_unavailable", hint=f"revocations {since}{why}")


class _Listener:
    """Confirmations of an abandoned subscription are ignored."""

    def __init__(self, revocations: Revocations) -> None:
        self._revocations = revocations
        self.is_given_up = False
        self.confirmed_at = float("-inf")

    def revoked(self, batch: Sequence[Revocation]) -> None:
        revocations = self._revocations
        try:
            had_room = revocations._take(batch)
        except Exception as error:
            # Something was revoked, and it is unknown what: load everything again.
            revocations._reload(_why(error))
            return
        if not had_room:
            revocations._reload(_TOO_MANY)

    def confirmed(self) -> None:
        if self.is_given_up:
            return
        self.confirmed_at = self._revocations._elapsed()
        if self._revocations._is_loaded:
            self._revocations._confirm(self.confirmed_at)

    def failed(self, error: BaseException) -> None:
        if not self.is_given_up:
            self._revocations._fail(error)


def is_instant(before: object) -> bool:
    """Whether it is a time in seconds since 1970."""
    return isinstance(before, (int, float)) and not isinstance(before, bool) and 0 <= before < _BEYOND_SECONDS


def read_stored(entry: object, now: float) -> tuple[Revocation | None, str | None]:
    """Read an entry of a store, and say what was wrong with it.

    An entry in a store was meant to revoke something. If its time is not in seconds, it is read as
    milliseconds if that gives a valid time. Otherwise the entry counts from now: it revokes, and it expires.
    """
    if isinstance(entry, Revocation):
        return entry, None
    values: Mapping[str, Any] = entry if isinstance(entry, Mapping) else {}
    kind, identifier, before = values.get("kind"), values.get("id"), values.get("before")
    if kind not in _KINDS or not isinstance(identifier, str) or not identifier:
        return None, "does not say what it revokes"
    if isinstance(before, (int, float)) and is_instant(before):
        return Revocation(kind, identifier, before), None
    if isinstance(before, (int, float)) and is_instant(before / 1000) and before / 1000 <= now + 86_400:
        return Revocation(kind, identifier, before / 1000), "has its instant in milliseconds"
    return Revocation(kind, identifier, now), "has no instant in seconds, and counts from now"


def _why(error: BaseException) -> str:
    # A timeout of asyncio has no text.
    return "no answer in time" if isinstance(error, (TimeoutError, asyncio.TimeoutError)) else explain(error)


_TOO_MANY = "there are more live revocations than this process holds"

_HINTS = {
    "token": "this token (its jti) was revoked",
    "session": "the session (sid) that it was made in has ended",
    "user": "all that this user (sub) had until an instant was revoked, and it was issued at or before that",
}
