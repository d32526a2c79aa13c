"""The strict parser of the compact JWS form (RFC 7515 section 7.1), before PyJWT sees anything.

Checks length, alphabet, segments, canonical base64url, and that the header is a JSON object of a supported
kind. Verifies nothing.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from dataclasses import dataclass, field
from typing import Any

from .errors import AuthError
from .log_text import quote
from .look_alikes import explain_form

ACCESS_TOKEN_TYPE = "at+jwt"  # noqa: S105
"""The ``typ`` of OAuth access tokens (RFC 9068 section 2.1)."""
LOGOUT_TOKEN_TYPE = "logout+jwt"  # noqa: S105
"""The ``typ`` of logout tokens, and of no other kind (OpenID Connect Back-Channel Logout 1.0 section 2.4)."""

# Header parameters that change the meaning of the token. None is supported (RFC 7515 section 4.1.11).
_REFUSED_PARAMETERS = ("crit", "b64", "zip", "enc")

_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")

# The characters that a text may end with, by its length modulo four: spare bits must be zero (RFC 4648
# section 3.5), or one signature would have several spellings. A length of one modulo four is impossible.
_ENDINGS = {2: frozenset("AQgw"), 3: frozenset("AEIMQUYcgkosw048")}

_LONGEST_INTEGER = 400


@dataclass(frozen=True)
class UnverifiedHeader:
    """A token's protected header. Not verified: use it only to find a key."""

    alg: str
    kid: str | None = None
    typ: str | None = None


@dataclass(frozen=True)
class UnverifiedToken:
    """The parts of a token that is not verified yet (!). The payload is decoded, but not parsed."""

    header: UnverifiedHeader
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    payload: bytes = field(repr=False)


def parse_token(token: object, max_length: int, typ: str | None) -> UnverifiedToken:
    """Split a token into its parts.

    :param max_length: the longest accepted token, in characters.
    :param typ: the only accepted ``typ``, as :func:`media_type` returns it; None accepts ``JWT`` or none.
    :raises AuthError: ``token_too_large``, ``token_malformed``, ``token_unsupported``.
    """
    if not isinstance(token, str):
        raise AuthError("token_malformed", hint="the token is no string")
    length = _utf16_length(token)
    if length > max_length:
        raise AuthError("token_too_large", hint=f"{length} characters; maxTokenLength is {max_length}")
    parts = _COMPACT.fullmatch(token)
    if parts is None:
        raise explain_form(token)
    header, payload, signature = (_decode_canonical(segment) for segment in parts.groups())
    if header is None or payload is None or signature is None:
        raise explain_form(token)
    return UnverifiedToken(
        header=_read_header(header, typ),
        signed=token[: parts.end(2)].encode("ascii"),
        signature=signature,
        payload=payload,
    )


def parse_json_object(data: bytes) -> dict[str, Any] | None:
    """Parse bytes as a JSON object. None if they are not UTF-8, not JSON (RFC 8259), or not an object.

    Python also reads ``NaN`` and ``Infinity``, which no other parser does; they are refused. A number beyond
    the range of a double is infinite, as in every other language.
    """
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_no_constant, parse_int=_read_integer)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def media_type(typ: str) -> str:
    """RFC 7515 section 4.1.9: case-insensitive, and ``application/`` is optional."""
    return typ.lower().removeprefix("application/")


def _read_header(data: bytes, expected_typ: str | None) -> UnverifiedHeader:
    """Never uses ``jwk``, ``jku``, ``x5u`` or ``x5c``: a token must not bring its own key."""
    header = parse_json_object(data)
    if header is None:
        raise _malformed_header("is not a JSON object in UTF-8")
    alg = header.get("alg")
    if not isinstance(alg, str):
        raise _malformed_header("has no `alg`")
    for name in _REFUSED_PARAMETERS:
        if name in header:
            raise AuthError("token_unsupported", hint=f"the header has `{name}`, which is not supported")
    kid = _optional_string(header, "kid")
    typ = _optional_string(header, "typ")
    _check_typ(typ, expected_typ)
    return UnverifiedHeader(alg, kid, typ)


def _optional_string(header: dict[str, Any], name: str) -> str | None:
    if name not in header:
        return None
    value = header[name]
    if not isinstance(value, str):
        raise _malformed_header(f"has a `{name}` that is no string")
    return value


def _check_typ(typ: str | None, expected: str | None) -> None:
    """RFC 8725 section 3.11: a JWT of another purpose, signed by the same key, must not be accepted."""
    actual = None if typ is None else media_type(typ)
    accepted = actual in (None, "jwt") if expected is None else actual == expected
    if accepted:
        return
    found = "absent" if actual is None else quote(actual)
    cookie = (
        ": this is Better Auth's cookie cache, not a token for an API"
        if actual is not None and "session-cache" in actual
        else ""
    )
    raise AuthError(
        "token_unsupported",
        hint=f"the header's `typ` is {found}, expected {expected or 'JWT or none'}{cookie}",
    )


def _malformed_header(reason: str) -> AuthError:
    return AuthError("token_malformed", hint=f"the token's header {reason}")


def _decode_canonical(text: str) -> bytes | None:
    """Decode canonical base64url. The caller has checked the alphabet."""
    rest = len(text) % 4
    if rest == 1 or (rest and text[-1] not in _ENDINGS[rest]):
        return None
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None


def _utf16_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _read_integer(digits: str) -> int | float:
    # Python refuses to parse integers of thousands of digits. As a float, they are infinite.
    return (
        int(digits)
        if len(digits) < _LONGEST_INTEGER
        else math.copysign(math.inf, -1 if digits[0] == "-" else 1)
    )
