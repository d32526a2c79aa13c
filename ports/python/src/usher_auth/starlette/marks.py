"""Marks on handlers and mounted applications: public, or not.

A mark is an attribute of the function or object itself. A class that inherits from a public one is not
public.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from ..owner import OwnerRule

Marked = TypeVar("Marked", bound=Callable[..., Any])

_ATTRIBUTE = "__usher_auth_public__"
_RULES = "__usher_auth_rules__"

EVERY_USHER = object()
"""The owner of a mark that counts for every Usher."""


def mark_public(endpoint: Marked, owner: object) -> Marked:
    """Mark a handler, or an application to mount, as public for one Usher.

    :raises TypeError: it cannot be marked, such as a bound method of another object.
    """
    target: Any = endpoint.__func__ if inspect.ismethod(endpoint) else endpoint
    setattr(target, _ATTRIBUTE, (*_marks_of(target), owner))
    return endpoint


def is_public(endpoint: object, owner: object) -> bool:
    """Whether exactly this handler or application is marked."""
    marks = _marks_of(endpoint)
    return any(mark is owner or mark is EVERY_USHER for mark in marks)


def state_rule(endpoint: Marked, owner: object, rule: OwnerRule | None) -> Marked:
    """Mark a handler with the owner rule of its route for one Usher, or (None) as one with an optional token.

    :raises TypeError: it cannot be marked.
    """
    target: Any = endpoint.__func__ if inspect.ismethod(endpoint) else endpoint
    setattr(target, _RULES, (*_own(target, _RULES), (owner, rule)))
    return endpoint


def owner_rule_of(endpoint: object, owner: object) -> OwnerRule | None:
    """The owner rule that exactly this handler states for this Usher."""
    found = [rule for usher, rule in _rules_of(endpoint) if usher is owner and rule is not None]
    return found[-1] if found else None


def is_optional(endpoint: object, owner: object) -> bool:
    """Whether a token is optional at exactly this handler."""
    return any(usher is owner and rule is None for usher, rule in _rules_of(endpoint))


def _rules_of(endpoint: object) -> tuple[tuple[object, OwnerRule | None], ...]:
    target = endpoint.__func__ if inspect.ismethod(endpoint) else endpoint
    if isinstance(target, functools.partial):
        target = target.func
    return _own(target, _RULES)


def _own(target: object, name: str) -> tuple[Any, ...]:
    """Own attributes only: neither those of a parent class, nor what `__getattr__` makes up."""
    own = getattr(target, "__dict__", None)
    found = own.get(name, ()) if own is not None else ()
    return found if isinstance(found, tuple) else ()


def _marks_of(endpoint: object) -> tuple[object, ...]:
    target = endpoint.__func__ if inspect.ismethod(endpoint) else endpoint
    if isinstance(target, functools.partial):
        target = target.func
    return _own(target, _ATTRIBUTE)
