"""Clocks, in seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

Clock = Callable[[], float]

_SMALL_STEP = 5.0


class SteadyClock:
    """The system's clock, except that it does not follow a clock that is set back by mistake.

    An expired token must not become valid again. A token that its issuer signed at 10:00 proves that it is at
    least 10:00. So the clock returns the wall time, but never less than the smaller of two values: the time
    at the start plus the monotonic time since, and the ``iat`` of the newest token plus the monotonic time
    since. A process that started with a clock ahead has no token of that time, and follows the correction.
    Steps of less than five seconds are never followed.
    """

    def __init__(self, wall: Clock = time.time, monotonic: Clock = time.monotonic) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._started = wall() - monotonic()
        self._shown = float("-inf")
        self._newest = float("-inf")

    def __call__(self) -> float:
        wall, passed = self._wall(), self._monotonic()
        since_start = self._started + passed
        if wall >= since_start:
            return wall
        if since_start - wall < _SMALL_STEP:
            return since_start
        return max(wall, min(since_start, self._shown + passed))

    def witness(self, seconds: float) -> None:
        """Record a lower bound of the time: the ``iat`` of a token whose signature is valid."""
        if seconds <= self._newest:
            return
        self._newest = seconds
        self._shown = max(self._shown, seconds - self._monotonic())


class ElapsedClock:
    """Elapsed seconds since its creation; never decreases.

    Adds the time by which the wall clock got ahead of the monotonic clock, which stops while a machine is
    suspended. A wall clock that is set back subtracts nothing.
    """

    def __init__(self, wall: Clock = time.time, monotonic: Clock = time.monotonic) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._last = monotonic()
        self._offset = wall() - self._last
        self._total = 0.0
        self._lock = threading.Lock()

    def __call__(self) -> float:
        with self._lock:
            return self._read()

    def _read(self) -> float:
        passed = self._monotonic()
        gained = self._wall() - passed - self._offset
        self._total += max(0.0, passed - self._last) + (gained if gained > 0.001 else 0.0)
        self._last = passed
        # Smaller differences accumulate until they are larger than the resolution.
        if abs(gained) > 0.001:
            self._offset += gained
        return self._total
