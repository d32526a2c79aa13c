"""The user of a verified token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn


class FrozenClaims(dict[str, Any]):
    """A dictionary that cannot be changed, so that requests with the same token can share it."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("claims cannot be changed")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __copy__(self) -> dict[str, Any]:
        return dict(self)

    def copy(self) -> dict[str, Any]:
        """A plain dictionary, which may be changed."""
        return dict(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return (FrozenClaims, (dict(self),))


@dataclass(frozen=True)
class Principal:
    """The user of a verified token. Requests with the same token share it; it cannot be changed.

    A principal says who the user is, not what they may do. Check roles and scopes where you need them.
    """

    id: str
    """The user's id: the ``sub`` claim, exactly as issued. Never empty."""
    expires_at: float
    """When the token expires, in seconds since 1970: the ``exp`` claim."""
    session_id: str | None = None
    """The session of the token: the ``sid`` claim, if there is one."""
    issued_at: float | None = None
    """When the token was issued, in seconds since 1970: the ``iat`` claim, if there is one."""
    kind: Literal["user", "client"] = "user"
    """``client`` for an OAuth client that acts for itself: its ``sub`` is no user's id."""
    client_id: str | None = None
    """The OAuth client of an access token. None for a token of the user's own session."""
    actor_id: str | None = None
    """Who acts as this user: the ``sub`` of the claim ``act`` (RFC 8693 section 4.1), such as the
    administrator of an impersonated session. Empty if the claim names no one, None without it."""
    claims: Mapping[str, Any] = field(default_factory=FrozenClaims, repr=False, compare=False)
    """All claims of the token. Objects are read-only, lists are tuples."""


def create_principal(claims: Mapping[str, Any]) -> Principal:
    """Create a principal of claims that were checked."""
    return Principal(
        id=claims["sub"],
        session_id=claims.get("sid"),
        issued_at=claims.get("iat"),
        expires_at=claims["exp"],
        actor_id=_actor_of(claims),
        claims=freeze(claims),
    )


def _actor_of(claims: Mapping[str, Any]) -> str | None:
    if "act" not in claims:
        return None
    act = claims["act"]
    actor = act.get("sub") if isinstance(act, Mapping) else None
    return actor if isinstance(actor, str) else ""


def freeze(value: Any) -> Any:
    """Freeze what ``json.loads`` returned, deeply."""
    if isinstance(value, dict):
        return FrozenClaims({name: freeze(part) for name, part in value.items()})
    if isinstance(value, list):
        return tuple(freeze(part) for part in value)
    return value
