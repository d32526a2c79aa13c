"""The policies that come with the package: scopes, roles, a recent sign-in."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from .errors import ConfigurationError
from .options import is_scope
from .policy import Policy, PolicyRefusal
from .principal import Principal

# How far the issuer's clock may be ahead, in seconds.
_CLOCK_SKEW = 60


def require_scopes(*scopes: str) -> Policy:
    """Accept principals whose token grants every one of these scopes.

    Reads the claim ``scope``: a string of scopes separated by spaces (RFC 8693 section 4.2), or a list of
    strings. The comparison is case-sensitive. Does not read other claims (``scp``, ``permissions``); use
    :func:`require_claim` for those.

    :raises ConfigurationError: no scope, or an invalid one.

    >>> require_scopes("tasks:read", "tasks:write").name
    'scope tasks:read tasks:write'
    """
    _check_scopes(scopes, "require_scopes")

    def permits(principal: Principal, _now: float) -> bool:
        return _grants(principal, scopes)

    return Policy(f"scope {' '.join(scopes)}", permits, PolicyRefusal("scope_insufficient", scopes))


def require_client_scopes(*scopes: str) -> Policy:
    """Require these scopes of OAuth clients, whether they act for a user or for themselves.

    A user's own session passes: it has all rights of its user, and no scopes.

    :raises ConfigurationError: no scope, or an invalid one.

    >>> require_client_scopes("tasks:write").name
    'scope tasks:write of clients'
    """
    _check_scopes(scopes, "require_client_scopes")

    def permits(principal: Principal, _now: float) -> bool:
        return principal.client_id is None or _grants(principal, scopes)

    return Policy(
        f"scope {' '.join(scopes)} of clients", permits, PolicyRefusal("scope_insufficient", scopes)
    )


def require_organization_role(*roles: str) -> Policy:
    """Accept members of the active organization who have one of these roles.

    Reads the claims ``org`` and ``org_role``, which ``usherJwt({ organization: true })`` sets. Does not check
    which organization it is: hold the path to it with ``owner={"org_id": "org"}``.

    :raises ConfigurationError: no role.

    >>> require_organization_role("owner", "admin").name
    'organization role owner or admin'
    """
    if not roles or not all(isinstance(role, str) and role for role in roles):
        raise ConfigurationError('require_organization_role: name the roles, such as "owner", "admin".')

    def permits(principal: Principal, _now: float) -> bool:
        org, role = principal.claims.get("org"), principal.claims.get("org_role")
        held = role if isinstance(role, (list, tuple)) else (role,)
        return (
            isinstance(org, str) and org != "" and any(isinstance(one, str) and one in roles for one in held)
        )

    return Policy(f"organization role {' or '.join(roles)}", permits)


def forbid_impersonation() -> Policy:
    """Reject tokens of an impersonated session: for what only the users themselves may do.

    >>> forbid_impersonation().name
    'no impersonation'
    """
    return Policy(
        "no impersonation",
        lambda principal, _now: principal.actor_id is None,
        PolicyRefusal("impersonation_forbidden"),
    )


def require_recent_sign_in(max_age: int) -> Policy:
    """Require that the user has signed in recently: the claim ``auth_time``, which ``usherJwt()`` sets.

    A new token, or an extended session, does not change it. A token without it is rejected, and so is a time
    that is more than a minute ahead of this machine's clock. The client gets the challenge of RFC 9470.

    :param max_age: how long ago the user may have signed in. Seconds, at least 1.
    :raises ConfigurationError: not a whole number of seconds.

    >>> require_recent_sign_in(300).name
    'sign-in within 300 s'
    """
    if not isinstance(max_age, int) or isinstance(max_age, bool) or max_age < 1:
        raise ConfigurationError("require_recent_sign_in: max_age must be a number of seconds, at least 1.")

    def permits(principal: Principal, now: float) -> bool:
        signed_in_at = principal.claims.get("auth_time")
        if not isinstance(signed_in_at, (int, float)) or isinstance(signed_in_at, bool):
            return False
        # Without the lower limit, a time in milliseconds would be recent for ever.
        return bool(-_CLOCK_SKEW <= now - signed_in_at <= max_age)

    refusal = PolicyRefusal("reauthentication_required", max_age=max_age)
    return Policy(f"sign-in within {max_age} s", permits, refusal)


def require_claim(predicate: Callable[[Mapping[str, Any]], object], name: str | None = None) -> Policy:
    """Accept principals for whose claims the predicate returns ``True``: for roles, organizations, plans.

    A predicate that raises, or returns anything else, rejects. The code is ``scope_insufficient``, as for
    scopes: the token is valid and does not grant this.

    :param predicate: synchronous, without I/O.
    :param name: what is required, for logs and lists of routes. Default: the function's own name.
    :raises ConfigurationError: the predicate is not callable, or asynchronous.

    >>> require_claim(lambda claims: claims.get("role") == "admin", "role admin").name
    'role admin'
    """
    if not callable(predicate) or inspect.iscoroutinefunction(predicate):
        raise ConfigurationError(
            "require_claim: give a synchronous function from the claims to True or False."
        )
    own = getattr(predicate, "__name__", "a claim")
    return Policy(
        name or ("a claim" if own == "<lambda>" else own),
        lambda principal, _now: predicate(principal.claims),
    )


def _check_scopes(scopes: tuple[str, ...], name: str) -> None:
    if not scopes or not all(map(is_scope, scopes)):
        raise ConfigurationError(f'{name}: name the scopes one by one, such as {name}("tasks:write").')


def _grants(principal: Principal, scopes: tuple[str, ...]) -> bool:
    granted = _granted_scopes(principal.claims)
    return all(scope in granted for scope in scopes)


def _granted_scopes(claims: Mapping[str, Any]) -> tuple[object, ...]:
    scope = claims.get("scope")
    if isinstance(scope, str):
        return tuple(scope.split(" "))
    return tuple(scope) if isinstance(scope, (tuple, list)) else ()
