"""The owner of a path: parameters that must equal a claim of the token."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from .errors import AuthError, ConfigurationError
from .options import string_list
from .policy import Policy, check_policies, refusal_of
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


@dataclass(frozen=True)
class OwnerRule:
    """Who else may use a route whose path belongs to a user: the stated exceptions.

    :raises ConfigurationError: neither ``others`` nor ``clients``, or ``params`` without ``others``.
    """

    others: tuple[Policy, ...] = ()
    """Admits other users who satisfy all of these policies."""
    params: tuple[str, ...] = ()
    """The owner parameters that ``others`` is for. Required if the route has several."""
    clients: tuple[Policy, ...] = ()
    """Admits OAuth clients that act for themselves and satisfy all of these policies. A parameter for a
    user's id may be anyone's; all others must match."""

    def __post_init__(self) -> None:
        if not self.others and not self.clients:
            raise ConfigurationError("owner rule: name the policies of `others`, of `clients`, or of both.")
        if self.params and not self.others:
            raise ConfigurationError("owner rule: `params` says what `others` is for, so it needs `others`.")


def exception_names(rule: OwnerRule) -> tuple[str, ...]:
    """The exceptions of a rule in words, for lists of routes."""

    def names(policies: tuple[Policy, ...]) -> str:
        return ", ".join(policy.name for policy in policies)

    params = f" ({', '.join(rule.params)})" if rule.params else ""
    others = (f"or {names(rule.others)}{params}",) if rule.others else ()
    return others + ((f"clients with {names(rule.clients)}",) if rule.clients else ())


@dataclass(frozen=True)
class OwnerException:
    """A path parameter that is someone else's, and was admitted by the rule of its route."""

    param: str
    value: str


def check_owner(
    principal: Principal,
    params: Mapping[str, object],
    owner: Mapping[str, str],
    rule: OwnerRule | None = None,
    now: float = 0,
) -> tuple[OwnerException, ...]:
    """Check each owner parameter of a path.

    The comparison is exact: no case folding, no normalization, no second decoding. A claim may be a string or
    a list of strings. An empty value is a mismatch, and so is a claim that is missing, empty or of another
    type. An OAuth client is no user. Looks only at these parameters: ids in a body or a query are for the
    database to check.

    :param params: the path parameters, as the handler gets them.
    :param owner: parameter names to claims.
    :param rule: the exceptions that the route states.
    :param now: seconds since 1970, for the policies of the rule.
    :returns: the exceptions that were used.
    :raises AuthError: ``owner_mismatch``; for a client, also the code of the rule's policies; for another
        user, ``reauthentication_required`` if nothing else is missing.
    """
    names = [name for name in owner if name in params]
    is_client = principal.kind == "client"
    if is_client and names:
        if rule is None or not rule.clients:
            hint = f"the path's `{names[0]}` is not for an OAuth client itself: the route states no clients"
            raise AuthError("owner_mismatch", hint=hint)
        check_policies(principal, rule.clients, now)
    foreign = [name for name in names if not _is_own(principal, params[name], owner[name])]
    exceptions: list[OwnerException] = []
    for name in foreign:
        value = _as_text(params[name])
        waives = owner[name] == "sub" if is_client else _waives(rule, name, names)
        if not waives or value is None or value == "":
            raise _mismatch(name, owner[name])
        exceptions.append(OwnerException(name, value))
    if exceptions and not is_client and rule is not None:
        _check_others(principal, rule.others, now, foreign[0], owner[foreign[0]])
    return tuple(exceptions)


def _is_own(principal: Principal, value: object, claim: str) -> bool:
    actual = _as_text(value)
    if actual is None or actual == "" or (claim == "sub" and principal.kind == "client"):
        return False
    expected = principal.id if claim == "sub" else principal.claims.get(claim)
    if isinstance(expected, (tuple, list)):
        return all(isinstance(one, str) for one in expected) and actual in expected
    return isinstance(expected, str) and actual == expected


def _waives(rule: OwnerRule | None, name: str, names: list[str]) -> bool:
    """Which of several parameters the exception is for must be said: an administrator of an organization may
    act for its members, but not in another organization."""
    if rule is None or not rule.others:
        return False
    return name in rule.params if rule.params else len(names) == 1


def _check_others(
    principal: Principal, policies: Iterable[Policy], now: float, name: str, claim: str
) -> None:
    sign_in: AuthError | None = None
    for policy in policies:
        error = refusal_of(principal, policy, now)
        if error is None:
            continue
        if error.code != "reauthentication_required":
            raise _mismatch(name, claim, f", and {error.hint}")
        sign_in = sign_in or error
    # Only a recent sign-in is missing, and the client can do something about it.
    if sign_in is not None:
        raise sign_in


def _mismatch(name: str, claim: str, more: str = "") -> AuthError:
    said = "subject" if claim == "sub" else f"claim `{claim}`"
    return AuthError("owner_mismatch", hint=f"the path's `{name}` is not the token's {said}{more}")


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
