"""Revocations by kind and id. A check looks up each of the token's claims in a dictionary."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Protocol

# Seconds for which an entry outlives the oldest token: the largest clock tolerance of a verifier (300), and a
# minute for a token that was being signed while its session ended.
_GRACE = 360

# About 1 GB. Above that, a process should fail visibly.
_CAPACITY = 4_000_000

_MINUTE = 60
_MICROSECOND = 1e-6


@dataclass(frozen=True)
class RevocableToken:
    """The claims that a revocation can name."""

    sub: str
    iat: float | None = None
    """Without it, the token may have been issued before any revocation of its user."""
    jti: str | None = None
    sid: str | None = None


class _Entry(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def before(self) -> float: ...


def end_of(before: float) -> float:
    """The end of the time that a revocation covers, exclusive.

    A time in whole seconds covers that whole second, because the order within it is unknown. A time with a
    fraction is exact, so that a user who signs in again immediately is accepted.
    """
    return before + 1 if before == int(before) else before + _MICROSECOND


class RevocationTable:
    """Entries are deleted once no token that they match can be valid: by the minute in which they end."""

    def __init__(self, max_token_age: float, capacity: int = _CAPACITY) -> None:
        self._life = max_token_age + _GRACE
        self._capacity = capacity
        self._ends: dict[str, dict[str, float]] = {"token": {}, "session": {}, "user": {}}
        self._minutes: dict[int, list[tuple[str, str]]] = {}
        self._newest_gone = float("-inf")
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return sum(len(ends) for ends in self._ends.values())

    def add(self, revocation: _Entry, now: float) -> bool:
        """Add a revocation, unless it is too old to matter.

        :returns: whether there was room.
        """
        kind, identifier, end = revocation.kind, revocation.id, end_of(revocation.before)
        with self._lock:
            if end <= now - self._life:
                self._newest_gone = max(self._newest_gone, end)
                return True
            ends = self._ends[kind]
            known = ends.get(identifier)
            if known is None and len(self) >= self._capacity:
                return False
            if known is None or known < end:
                ends[identifier] = end
                self._minutes.setdefault(int(end // _MINUTE), []).append((kind, identifier))
            return True

    def find(self, token: RevocableToken) -> str | None:
        """The kind of the revocation that matches this token; None if none does."""
        if token.jti is not None and token.jti in self._ends["token"]:
            return "token"
        if token.sid is not None and token.sid in self._ends["session"]:
            return "session"
        end = self._ends["user"].get(token.sub)
        return "user" if end is not None and (token.iat is None or token.iat < end) else None

    def sweep(self, now: float) -> None:
        """Delete what no longer matters."""
        earliest = now - self._life
        with self._lock:
            for minute in [minute for minute in self._minutes if (minute + 1) * _MINUTE <= earliest]:
                for kind, identifier in self._minutes.pop(minute):
                    end = self._ends[kind].get(identifier)
                    # It may have been prolonged since.
                    if end is not None and end <= earliest:
                        del self._ends[kind][identifier]
                        self._newest_gone = max(self._newest_gone, end)

    def is_whole(self, now: float) -> bool:
        """Whether the list is complete. If the clock was ahead for a while, entries were deleted too
        early."""
        return self._newest_gone <= now - self._life

    def start_over(self) -> None:
        """Everything will be added again."""
        self._newest_gone = float("-inf")
