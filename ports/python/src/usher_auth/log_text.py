"""Untrusted text in hints and logs."""

from __future__ import annotations

import json
import logging

logger = logging.getLogger("usher_auth")
"""Where this package logs. A refusal is INFO, what an operator must fix is WARNING."""

_LONGEST = 200


def quote(text: str) -> str:
    """Quote untrusted text: at most 200 characters, ASCII, without control characters."""
    shortened = f"{text[:_LONGEST]}…" if len(text) > _LONGEST else text
    return json.dumps(shortened).replace("\x7f", "\\u007f")


def explain(error: object) -> str:
    """The text of an exception for a hint, without control characters. Never raises."""
    try:
        text = str(error) or type(error).__name__
        return quote(text)[1:-1]
    except Exception:
        return "an error that cannot be converted to text"
