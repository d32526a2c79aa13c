"""The response to each code: status, challenge (RFC 6750) and problem body (RFC 9457).

Everything here is static text. Nothing of a request is ever echoed into a header or a body.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from .errors import CODES, SENTENCES, AuthError
from .options import is_scope

PROBLEM_CONTENT_TYPE = "application/problem+json"
"""The media type of a problem body (RFC 9457 section 3)."""

RETRY_AFTER = "5"
"""Seconds until a client may retry after a failure of the infrastructure."""

# In characters. A longer header may not pass a proxy.
_LONGEST_SCOPE = 2000

_HTTP_ERRORS: Mapping[int, tuple[str, str]] = {
    400: ("bad_request", "The request cannot be understood."),
    404: ("not_found", "There is nothing here."),
    405: ("method_not_allowed", "This endpoint does not support the method."),
    406: ("not_acceptable", "There is no representation that the request accepts."),
    408: ("request_timeout", "The request took too long to arrive."),
    409: ("conflict", "The request conflicts with the resource's state."),
    413: ("payload_too_large", "The request's body is too large."),
    414: ("uri_too_long", "The request's URL is too long."),
    415: ("unsupported_media_type", "The request's body is of a type that is not supported."),
    422: ("unprocessable_content", "The request's body cannot be processed."),
    429: ("too_many_requests", "Too many requests."),
    431: ("headers_too_large", "The request's headers are too large."),
    500: ("internal_error", "Something went wrong on our side."),
    503: ("service_unavailable", "The service cannot answer at the moment."),
}

# RFC 6750 section 3.1: without credentials, the challenge should have no error code.
_STATUS_AND_ERROR: Mapping[str, tuple[int, str | None]] = {
    "credentials_missing": (401, None),
    "credentials_ambiguous": (400, "invalid_request"),
    # The token is valid; another token of the same user would be rejected too.
    "owner_mismatch": (403, None),
    "scope_insufficient": (403, "insufficient_scope"),
    "impersonation_forbidden": (403, None),
    # RFC 9470 section 3.
    "reauthentication_required": (401, "insufficient_user_authentication"),
    # A failure of the infrastructure is not an invalid token.
    "keys_unavailable": (503, None),
    "revocations_unavailable": (503, None),
}
_INVALID_TOKEN = (401, "invalid_token")


@dataclass(frozen=True)
class Problem:
    """A problem body. Every error of a guarded API has one.

    >>> http_problem(404).code
    'not_found'
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    requirement: tuple[tuple[str, str | int], ...] = ()
    """What the client needs: ``scope`` (RFC 6750 section 3) or ``max_age`` (RFC 9470 section 3)."""

    def to_bytes(self) -> bytes:
        """The body, as JSON in UTF-8."""
        members = {
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            **dict(self.requirement),
        }
        return json.dumps(members, separators=(",", ":"), ensure_ascii=False).encode()


@dataclass(frozen=True)
class Refusal:
    """A complete response to a rejected request. Header names are in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    code: str


def problem(status: int, code: str, detail: str) -> Problem:
    """Create the problem of a code. Its title is the code in words."""
    words = code.replace("_", " ")
    return Problem(f"urn:usher-auth:error:{code}", words[:1].upper() + words[1:], status, code, detail)


def http_problem(status: int, detail: str | None = None) -> Problem:
    """Create the problem of an error that is not about authentication.

    :param status: 400 to 599. An unlisted status has the code ``http_error``.
    :param detail: a sentence for the client; by default a fixed one. Never put the request's content into it.
    """
    code, sentence = _HTTP_ERRORS.get(status, ("http_error", "The request failed."))
    return problem(status, code, sentence if detail is None else detail)


def refuse(body: Problem, headers: Mapping[str, str] | None = None) -> Refusal:
    """Create the response of a problem."""
    base = {"content-type": PROBLEM_CONTENT_TYPE, "cache-control": "no-store", **(headers or {})}
    return Refusal(body.status, tuple(base.items()), body.to_bytes(), body.code)


NOT_FOUND = refuse(http_problem(404))
"""The response for a path that does not exist."""

_UNAVAILABLE = refuse(http_problem(503), {"retry-after": RETRY_AFTER})


class Refusals(Mapping[str, Refusal]):
    """The response to each code."""

    def __init__(self, by_code: Mapping[str, Refusal], realm: str) -> None:
        self._by_code = dict(by_code)
        self._realm = realm

    def __getitem__(self, code: str) -> Refusal:
        return self._by_code[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_code)

    def __len__(self) -> int:
        return len(self._by_code)

    def of(self, error: AuthError) -> Refusal:
        """The response to an error, with what the client needs to be accepted."""
        requirement = _requirement_of(error)
        if requirement is None:
            return self._by_code[error.code]
        (name, value) = requirement
        body = replace(_auth_problem(error.code), requirement=((name, value),))
        headers = _auth_headers(error.code, self._realm)
        headers["www-authenticate"] += f', {name}="{value}"'
        return refuse(body, headers)


def _requirement_of(error: AuthError) -> tuple[str, str | int] | None:
    """Only what is valid in a header reaches it."""
    if error.code == "scope_insufficient" and error.scopes and all(map(is_scope, error.scopes)):
        scope = " ".join(error.scopes)
        return ("scope", scope) if len(scope) <= _LONGEST_SCOPE else None
    max_age = error.max_age
    if error.code == "reauthentication_required" and isinstance(max_age, int) and max_age >= 0:
        return ("max_age", int(max_age))
    return None


def create_refusals(realm: str = "api", conceal_owner_mismatch: bool = False) -> Refusals:
    """Create the response to each code.

    :param realm: the ``realm`` of the challenge (RFC 9110 section 11.5). The caller has checked its
        characters.
    :param conceal_owner_mismatch: answer ``owner_mismatch`` exactly like a path that does not exist.
    """
    found = {code: refuse(_auth_problem(code), _auth_headers(code, realm)) for code in CODES}
    if conceal_owner_mismatch:
        found["owner_mismatch"] = NOT_FOUND
    return Refusals(found, realm)


def create_logout_refusals() -> Mapping[str, Refusal]:
    """Create the responses to rejected logout tokens.

    OpenID Connect Back-Channel Logout 1.0 section 2.8 requires 400 for an invalid one, without a challenge:
    the sender is not a bearer. An outage on this side stays a 503.
    """
    return MappingProxyType({code: _logout_refusal(code) for code in CODES})


def _logout_refusal(code: str) -> Refusal:
    status, _ = _answer(code)
    if status == 503:
        return refuse(_auth_problem(code), _auth_headers(code, ""))
    return refuse(problem(400, code, SENTENCES[code]))


def _answer(code: str) -> tuple[int, str | None]:
    return _STATUS_AND_ERROR.get(code, _INVALID_TOKEN)


def _auth_problem(code: str) -> Problem:
    return problem(_answer(code)[0], code, SENTENCES[code])


def _auth_headers(code: str, realm: str) -> dict[str, str]:
    """RFC 6750 section 3: a challenge for each 401 and 403, and for the 400 of section 3.1."""
    status, error = _answer(code)
    if status == 503:
        return {"retry-after": RETRY_AFTER}
    more = "" if error is None else f', error="{error}", error_description="{SENTENCES[code]}"'
    return {"www-authenticate": f'Bearer realm="{realm}"{more}'}
