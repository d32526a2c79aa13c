"""Checks of options. Each raises ConfigurationError at construction."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .errors import ConfigurationError


def string_list(value: object, advice: str) -> tuple[str, ...]:
    """One non-empty string, or several, as a tuple."""
    items = (value,) if isinstance(value, str) else value
    if not isinstance(items, Iterable) or isinstance(items, (bytes, dict)):
        raise ConfigurationError(advice)
    found = tuple(items)
    if not found or not all(isinstance(item, str) and item for item in found):
        raise ConfigurationError(advice)
    return found


def integer_within(value: object, name: str, least: int, most: int) -> int:
    """An integer, both ends included. A boolean is none."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ConfigurationError(f"{name}: must be an integer from {least} to {most}.")
    return value


# RFC 6749 section 3.3, `scope-token`.
_SCOPE_TOKEN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


def is_scope(value: object) -> bool:
    """Whether a value is one OAuth scope. It needs no escape in a header."""
    return isinstance(value, str) and _SCOPE_TOKEN.fullmatch(value) is not None
