"""What a route requires in addition to a valid token and the owner's path: how policies are asked."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .errors import AuthError, ConfigurationError
from .log_text import quote
from .principal import Principal

_REFUSAL_CODES = ("scope_insufficient", "impersonation_forbidden", "reauthentication_required")


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


def _close(awaitable: object) -> None:
    close = getattr(awaitable, "close", None)
    if callable(close):
        close()
