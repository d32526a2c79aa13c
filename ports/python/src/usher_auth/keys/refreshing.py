"""Keeps fetched keys fresh.

Concurrent fetches are joined and limited in time, failures back off, and the last keys stay valid meanwhile.
A fetch runs in its own thread: it belongs to no request and to no event loop, and whatever it does, it
blocks neither.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from ..clock import Clock
from ..errors import AuthError
from ..log_text import explain, logger
from .jwk import KeySet
from .signature import VerificationKey

# Seconds to wait after the first failure. Each further failure doubles it, up to a minute.
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0

# Fetches that unknown keys may cause at once, before they wait for their budget to refill.
_SPARED_FETCHES = 5

# Seconds after its deadline at which a fetch is abandoned that did not end by itself.
_GRACE = 1.0


@dataclass(frozen=True)
class Times:
    """In seconds."""

    timeout: float
    """The time limit of one fetch."""
    max_age: float
    """The age from which keys are no longer fresh. A refresh starts in the background at half of it."""
    max_stale: float
    """How long the last keys stay valid."""
    cooldown: float
    """Unknown keys get one more fetch per ``cooldown``."""


@dataclass
class _Attempt:
    started_at: float
    outcome: Future[AuthError | None] = field(default_factory=Future)
    """The error that prevented newer keys; None on success. May never be set."""
    is_asked: bool = False
    """Whether the fetch was called already. It may lack keys that were published since."""


class Budget:
    """A token bucket, refilled by one per interval (generic cell rate algorithm). It starts full."""

    def __init__(self, size: int, interval: float, clock: Clock) -> None:
        self._size, self._interval, self._clock = size, interval, clock
        self._full_at = float("-inf")

    def wait(self) -> float:
        """Seconds until the next grant; 0 if there is one."""
        return max(0.0, self._full_at - self._clock() - (self._size - 1) * self._interval)

    def take(self) -> bool:
        """Take one grant; False if none is left."""
        if self.wait() > 0:
            return False
        self._full_at = max(self._full_at, self._clock()) + self._interval
        return True


class Refreshing:
    """Fetched keys and their lifecycle."""

    def __init__(
        self,
        *,
        name: str,
        what: str,
        fetch: Callable[[], object],
        read: Callable[[object, KeySet | None], KeySet],
        times: Times,
        clock: Clock,
        random: Callable[[], float],
    ) -> None:
        """Start with no keys.

        :param name: the name in warnings: the function that created the source.
        :param what: what is fetched, as hints name it.
        :param fetch: fetches the input of ``read``. It may block, fail or hang.
        :param read: creates keys. If it raises, the current keys stay.
        :param clock: elapsed seconds.
        :param random: returns a number from 0 up to 1. It spreads retries.
        """
        self._name, self._what = name, what
        self._fetch, self._read = fetch, read
        self._times, self._clock, self._random = times, clock, random
        self._budget = Budget(_SPARED_FETCHES, times.cooldown, clock)
        self._lock = threading.RLock()
        self._set: KeySet | None = None
        self._fetched_at = float("-inf")
        self._retry_at = float("-inf")
        self._failures = 0
        self._failure: AuthError | None = None
        self._under_way: _Attempt | None = None
        self.generation = 0
        """Counts the fetches that succeeded."""

    def keys(self) -> tuple[VerificationKey, ...]:
        """The last valid keys; none before the first fetch, and once they are too old."""
        current = self._set
        return current.keys if current is not None else ()

    def maintain(self) -> None:
        """Start a refresh in the background when it is due, and drop keys that are too old."""
        if self._set is None:
            return
        with self._lock:
            age = self._clock() - self._fetched_at
            if age < self._times.max_age / 2:
                return
            if age >= self._times.max_stale:
                self._replace(None)
            elif self._live() is None and self._clock() >= self._retry_at:
                self._begin()

    def is_overdue(self) -> bool:
        """Whether a request should wait for newer keys: after a long time without requests.

        After a failed refresh, no request waits for the next one while there are keys.
        """
        if self._set is None or self._clock() - self._fetched_at < self._times.max_age:
            return False
        with self._lock:
            self._live()
            return self._failures == 0

    def is_refreshing(self) -> bool:
        """Whether a fetch is under way that may have read the set already."""
        with self._lock:
            attempt = self._live()
            return attempt is not None and attempt.is_asked

    def unavailable(self) -> AuthError | None:
        """Why newer keys may be missing; None if the last fetch succeeded."""
        with self._lock:
            if self._failure is not None:
                return self._failure
            return _unavailable(f"{self._what} has not been loaded yet") if self._set is None else None

    @property
    def is_missing(self) -> bool:
        """Whether there are no keys."""
        return self._set is None

    async def refresh(self, seen: int | None = None) -> AuthError | None:
        """Fetch newer keys, or wait for the fetch that is under way.

        :param seen: the generation that lacked a key. If there is a newer one already, no fetch is needed.
        :returns: the error that prevented newer keys.
        """
        with self._lock:
            if seen is not None and seen != self.generation:
                return None
            attempt = self._live()
            if attempt is None:
                if self._clock() < self._retry_at:
                    return self._failure
                if self._is_fresh() and not self._budget.take():
                    return self._out_of_budget()
                attempt = self._begin()
        waiting = asyncio.wrap_future(attempt.outcome)
        done, _ = await asyncio.wait({waiting}, timeout=self._times.timeout + _GRACE)
        if done:
            return waiting.result()
        waiting.cancel()
        with self._lock:
            return self._give_up(attempt)

    def _begin(self) -> _Attempt:
        attempt = _Attempt(self._clock())
        self._under_way = attempt
        try:
            threading.Thread(target=self._run, args=[attempt], name="usher-auth keys", daemon=True).start()
        except RuntimeError as error:  # no more threads
            self._under_way = None
            attempt.outcome.set_result(self._fail(error))
        return attempt

    def _run(self, attempt: _Attempt) -> None:
        attempt.is_asked = True
        try:
            document = self._fetch()
            error: BaseException | None = None
        except BaseException as raised:
            document, error = None, raised
        with self._lock:
            # The result of an abandoned fetch must not replace newer keys.
            if self._under_way is not attempt:
                return
            self._under_way = None
            outcome = self._fail(error) if error is not None else self._adopt(document, attempt)
            if not attempt.outcome.cancelled():
                attempt.outcome.set_result(outcome)

    def _adopt(self, document: object, attempt: _Attempt) -> AuthError | None:
        try:
            fresh = self._read(document, self._set)
        except Exception as error:
            return self._fail(error)
        self._replace(fresh)
        self.generation += 1
        self._fetched_at = attempt.started_at
        self._retry_at = float("-inf")
        self._failures = 0
        self._failure = None
        return None

    def _fail(self, error: BaseException) -> AuthError:
        wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(self._failures, 10))
        self._failures += 1
        self._retry_at = self._clock() + wait * (0.5 + self._random() / 2)
        self._failure = _unavailable(f"{self._what} cannot be loaded: {explain(error)}")
        if self._failures == 1 and self._set is not None:
            logger.warning("%s: %s; the last good keys go on serving", self._name, self._failure.hint)
        return self._failure

    def _live(self) -> _Attempt | None:
        """The running fetch, unless it has taken too long: a thread cannot be ended from outside."""
        attempt = self._under_way
        if attempt is not None and self._clock() - attempt.started_at >= self._times.timeout + _GRACE:
            self._give_up(attempt)
        return self._under_way

    def _give_up(self, attempt: _Attempt) -> AuthError | None:
        if self._under_way is not attempt:
            return attempt.outcome.result() if attempt.outcome.done() else self._failure
        self._under_way = None
        failure = self._fail(TimeoutError(f"no answer within {self._times.timeout:g} s"))
        attempt.outcome.set_result(failure)
        return failure

    def _replace(self, fresh: KeySet | None) -> None:
        """Mark the keys that the next set lacks. They verify nothing from now on."""
        kept = fresh.by_name if fresh is not None else {}
        for name, key in (self._set.by_name if self._set is not None else {}).items():
            if kept.get(name) is not key:
                key.retired = True
        self._set = fresh

    def _is_fresh(self) -> bool:
        """Whether only an unknown key could need newer keys."""
        age = self._clock() - self._fetched_at
        return self._set is not None and self._failures == 0 and age < self._times.max_age

    def _out_of_budget(self) -> AuthError:
        return _unavailable(
            f"no key fits this token, and {self._what} was loaded {_SPARED_FETCHES} times lately for the "
            "sake of "
            f"unknown keys: the next time may be in {int(self._budget.wait()) + 1} s"
        )


def _unavailable(hint: str) -> AuthError:
    return AuthError("keys_unavailable", hint=hint)
