"""The owner of a path: parameters that must equal a claim of the token."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from uuid import UUID

from .errors import AuthError, ConfigurationError
from .options import string_list
from .principal import Principal

Owner = str | Iterable[str] | Mapping[str, str] | None
"""``"user_id"``, several names, ``{"user_id": "sub", "org_id": "org"}`` (parameter to claim), or None."""

_ADVICE = (
    'owner: name the path parameter that is the user\'s id, as in "user_id"; None if there is none; '
    '{"org_id": "org"} compares a parameter with another claim.'
)


def read_owner(owner: Owner) -> Mapping[str, str]:
    """Validate the option: a mapping of path parameters to claims.

    :raises ConfigurationError: not a name. A pattern (``{user_id}``) would match no route, and no owner would
        be checked.
    """
    if owner is None:
        return MappingProxyType({})
    claims = dict(owner) if isinstance(owner, Mapping) else dict.fromkeys(string_list(owner, _ADVICE), "sub")
    names = string_list(list(claims), _ADVICE)
    string_list(list(claims.values()), _ADVICE)
    if not all(name.isidentifier() for name in names):
        raise ConfigurationError(_ADVICE)
    for name in names:
        twin = meant_owner(name, [other for other in names if other != name])
        if twin is not None:
            # Both were named on purpose; each is compared under its own spelling.
            continue
    return MappingProxyType(claims)


def check_owner(principal: Principal, params: Mapping[str, object], owner: Mapping[str, str]) -> None:
    """Check each owner parameter of a path.

    The comparison is exact: no case folding, no normalization, no second decoding. An empty value is a
    mismatch, and so is a claim that is missing, empty or no string. Looks only at these parameters: ids in a
    body or a query are for the database to check.

    :param params: the path parameters, as the handler gets them.
    :param owner: parameter names to claims.
    :raises AuthError: ``owner_mismatch``.
    """
    for name, claim in owner.items():
        if name not in params:
            continue
        expected = principal.id if claim == "sub" else principal.claims.get(claim)
        actual = _as_text(params[name])
        if not isinstance(expected, str) or actual is None or actual == "" or actual != expected:
            said = "subject" if claim == "sub" else f"claim `{claim}`"
            raise AuthError("owner_mismatch", hint=f"the path's `{name}` is not the token's {said}")


def meant_owner(name: str, owner: Iterable[str]) -> str | None:
    """The owner parameter that this name is a misspelling of.

    With ``{userId}`` in a route and ``user_id`` as the owner, the route looks restricted to its owner and is
    not.
    """
    names = list(owner)
    if name in names:
        return None
    folded = _fold(name)
    return next((other for other in names if _fold(other) == folded), None)


def _as_text(value: object) -> str | None:
    """A converter of Starlette may have made a number: ``/users/007``, read as 7, is not the path of user
    007."""
    if isinstance(value, str):
        return value
    if isinstance(value, (int, UUID)) and not isinstance(value, bool):
        return str(value)
    return None


def _fold(name: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", name).lower())
