"""What a route requires in addition to a valid token and the owner's path."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import AuthError, ConfigurationError
from .log_text import quote
from .options import is_scope
from .principal import Principal

_REFUSAL_CODES = ("scope_insufficient", "impersonation_forbidden", "reauthentication_required")

# How far the issuer's clock may be ahead, in seconds.
_CLOCK_SKEW = 60


@dataclass(frozen=True)
class PolicyRefusal:
    """What the client gets if a policy rejects, so that it can do something about it."""

    code: str
    scopes: tuple[str, ...] = ()
    """For ``scope_insufficient``: the scopes that are needed (RFC 6750 section 3)."""
    max_age: int | None = None
    """For ``reauthentication_required``: how old a sign-in may be, in seconds (RFC 9470 section 3)."""


@dataclass(frozen=True)
class Policy:
    """Create one with :func:`require_scopes` or :func:`require_claim`."""

    name: str
    """What is required, for logs and lists of routes."""
    permits: Callable[[Principal, float], object] = field(repr=False)
    """Whether the principal may pass, and the time in seconds since 1970. Only ``True`` accepts; any other
    value and an exception reject."""
    refusal: PolicyRefusal | None = None
    """What the client gets. Default: ``scope_insufficient``, without scopes."""


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


def check_policies(principal: Principal, policies: Iterable[Policy], now: float) -> None:
    """Ask each policy in turn.

    :param now: seconds since 1970.
    :raises AuthError: the code of the first policy that rejects.
    """
    for policy in policies:
        error = refusal_of(principal, policy, now)
        if error is not None:
            raise error


def refusal_of(principal: Principal, policy: Policy, now: float) -> AuthError | None:
    """Ask one policy. Whatever the application's code does ends in acceptance (None) or an AuthError."""
    failure = ""
    try:
        permitted = policy.permits(principal, now)
        if permitted is True:
            return None
        # A coroutine is not `True`: an asynchronous policy accepts no one.
        if inspect.isawaitable(permitted):
            _close(permitted)
            failure = "returned an awaitable, and must answer at once"
    except Exception as error:
        failure = f"raised {type(error).__name__}"
    name = quote(policy.name)
    if failure:
        hint = f"asking for {name} failed: the policy {failure}"
        return AuthError("scope_insufficient", hint=hint)
    refusal = policy.refusal
    if refusal is None or refusal.code not in _REFUSAL_CODES:
        refusal = PolicyRefusal("scope_insufficient")
    hint = f"the token does not grant {name}"
    return AuthError(refusal.code, hint=hint, scopes=refusal.scopes, max_age=refusal.max_age)


def read_policies(policies: Iterable[object], where: str) -> tuple[Policy, ...]:
    """Validate a route's policies.

    :raises ConfigurationError: not policies.
    """
    found = tuple(policies)
    if not all(isinstance(policy, Policy) for policy in found):
        raise ConfigurationError(f"{where}: policies must be require_scopes(...) and require_claim(...).")
    policies_found = tuple(policy for policy in found if isinstance(policy, Policy))
    for policy in policies_found:
        if policy.refusal is not None and policy.refusal.code not in _REFUSAL_CODES:
            codes = ", ".join(_REFUSAL_CODES)
            raise ConfigurationError(f"{where}: the refusal of a policy must have one of the codes {codes}.")
    return policies_found


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


def _close(awaitable: object) -> None:
    close = getattr(awaitable, "close", None)
    if callable(close):
        close()
