"""What a route requires in addition to a valid token and the owner's path."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import AuthError, ConfigurationError
from .log_text import quote
from .principal import Principal

# RFC 6749 section 3.3, `scope-token`.
_SCOPE_TOKEN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


@dataclass(frozen=True)
class Policy:
    """Create one with :func:`require_scopes` or :func:`require_claim`."""

    name: str
    """What is required, for logs and lists of routes."""
    permits: Callable[[Principal], object] = field(repr=False)
    """Whether the principal may pass. Only ``True`` accepts; any other value and an exception reject."""


def require_scopes(*scopes: str) -> Policy:
    """Accept principals whose token grants every one of these scopes.

    Reads the claim ``scope``: a string of scopes separated by spaces (RFC 8693 section 4.2), or a list of
    strings. The comparison is case-sensitive. Does not read other claims (``scp``, ``permissions``); use
    :func:`require_claim` for those.

    :raises ConfigurationError: no scope, or an invalid one.

    >>> require_scopes("tasks:read", "tasks:write").name
    'scope tasks:read tasks:write'
    """
    if not scopes or not all(isinstance(scope, str) and _SCOPE_TOKEN.fullmatch(scope) for scope in scopes):
        raise ConfigurationError(
            'require_scopes: name the scopes one by one, such as require_scopes("tasks:write").'
        )

    def permits(principal: Principal) -> bool:
        granted = _granted_scopes(principal.claims)
        return all(scope in granted for scope in scopes)

    return Policy(f"scope {' '.join(scopes)}", permits)


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
        name or ("a claim" if own == "<lambda>" else own), lambda principal: predicate(principal.claims)
    )


def check_policies(principal: Principal, policies: Iterable[Policy]) -> None:
    """Ask each policy in turn. Whatever the application's code does ends in acceptance or an AuthError.

    :raises AuthError: ``scope_insufficient``.
    """
    for policy in policies:
        failure = ""
        try:
            permitted = policy.permits(principal)
            if permitted is True:
                continue
            # A coroutine is not `True`: an asynchronous policy accepts no one.
            if inspect.isawaitable(permitted):
                _close(permitted)
                failure = "returned an awaitable, and must answer at once"
        except Exception as error:
            failure = f"raised {type(error).__name__}"
        name = quote(policy.name)
        raise AuthError(
            "scope_insufficient",
            hint=f"asking for {name} failed: the policy {failure}"
            if failure
            else f"the token does not grant {name}",
        )


def read_policies(policies: Iterable[object], where: str) -> tuple[Policy, ...]:
    """Validate a route's policies.

    :raises ConfigurationError: not policies.
    """
    found = tuple(policies)
    if not all(isinstance(policy, Policy) for policy in found):
        raise ConfigurationError(f"{where}: policies must be require_scopes(...) and require_claim(...).")
    return tuple(policy for policy in found if isinstance(policy, Policy))


def _granted_scopes(claims: Mapping[str, Any]) -> tuple[object, ...]:
    scope = claims.get("scope")
    if isinstance(scope, str):
        return tuple(scope.split(" "))
    return tuple(scope) if isinstance(scope, (tuple, list)) else ()


def _close(awaitable: object) -> None:
    close = getattr(awaitable, "close", None)
    if callable(close):
        close()
