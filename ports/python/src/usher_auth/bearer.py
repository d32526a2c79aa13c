"""The Authorization header (RFC 6750 section 2.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl

from .errors import AuthError

# The scheme is case-insensitive (RFC 9110 section 11.1). The token parser checks the rest.
_BEARER = re.compile(r"bearer(?: +|\Z)", re.IGNORECASE | re.ASCII)


def read_bearer(fields: Sequence[str], token_in_query: bool = False) -> str:
    """Read the token of a request.

    Checks that there is exactly one credential and that its scheme is Bearer. Does not look at the token.

    :param fields: every value of the ``Authorization`` header in the request.
    :param token_in_query: whether the query has an ``access_token`` (RFC 6750 section 2.3). It is never
        accepted: URLs end up in logs and in browser histories.
    :raises AuthError: ``credentials_missing``, ``credentials_ambiguous``.
    """
    if len(fields) > 1:
        raise AuthError("credentials_ambiguous", hint=f"{len(fields)} Authorization headers")
    if not fields:
        hint = (
            "no Authorization header; an access_token in the query is never accepted"
            if token_in_query
            else "no Authorization header; send `Authorization: Bearer <token>`"
        )
        raise AuthError("credentials_missing", hint=hint)
    # RFC 6750 section 2: a client must not use more than one method in a request.
    if token_in_query:
        raise AuthError("credentials_ambiguous", hint="Authorization header and access_token query")
    scheme = _BEARER.match(fields[0])
    if scheme is None:
        raise AuthError(
            "credentials_missing", hint="the Authorization header has no `Bearer` before the token"
        )
    return fields[0][scheme.end() :]


def has_query_token(query: bytes) -> bool:
    """Whether a query string has an ``access_token``, escaped or not, with a value or without."""
    if b"access" not in query and b"%" not in query:
        return False
    try:
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    except ValueError:
        # Python limits the number of fields. Then nobody knows what a handler would read.
        return True
    return any(name == "access_token" for name, _ in pairs)
