"""Guesses what a text is that is not a JWS.

Runs only for tokens that are rejected anyway: it chooses the code and the hint, and accepts nothing.
"""

from __future__ import annotations

import re

from .errors import AuthError

_SESSION_TOKEN = re.compile(r"[A-Za-z0-9]{32}")
# A value, a dot, and the base64 of a SHA-256 HMAC, often percent-encoded.
_SIGNED_COOKIE = re.compile(r"[^.]+\.[A-Za-z0-9+/%]{40,}=?")
# The base64url of `{"session":{`.
_COMPACT_COOKIE_CACHE = "eyJzZXNzaW9uIjp7"
# Characters that occur in no compact JWS or JWE (RFC 7515 section 2).
_FOREIGN = re.compile(r"[^A-Za-z0-9_.-]")
_STRINGIFIED = frozenset({"undefined", "null", "None", "[object Object]", "[object Promise]", "NaN"})


def explain_form(token: str) -> AuthError:
    """The error of a text that is not a compact JWS."""
    segments = token.count(".") + 1
    if segments == 5 and _FOREIGN.search(token) is None:
        return _unsupported(
            'an encrypted token (JWE), such as Better Auth\'s cookie cache with `strategy: "jwe"`'
        )
    if _SESSION_TOKEN.fullmatch(token):
        return _unsupported("Better Auth's session token")
    if not token.startswith("eyJ") and _SIGNED_COOKIE.fullmatch(token):
        return _unsupported("Better Auth's signed session cookie")
    if segments == 1 and token.startswith(_COMPACT_COOKIE_CACHE):
        return _unsupported("Better Auth's compact cookie cache")
    return AuthError("token_malformed", hint=_explain_malformed(token, segments))


def _unsupported(what: str) -> AuthError:
    hint = f"this is {what}, not a signed JWT: send what `authClient.token()` or /api/auth/token gives"
    return AuthError("token_unsupported", hint=hint)


def _explain_malformed(token: str, segments: int) -> str:
    if token == "":
        return "the header holds the scheme and no token"
    if token in _STRINGIFIED:
        return f'the text "{token}" was sent: the frontend had no token'
    if re.match(r"bearer\b", token, re.IGNORECASE | re.ASCII):
        return "the `Bearer` prefix stands there twice"
    if len(token) > 1 and token[0] in "\"'`" and token[-1] in "\"'`":
        return "the token is wrapped in quotes"
    if segments != 3:
        return f"a JWT has three segments; this has {segments}"
    return "a segment is empty, or not canonical base64url (padding, whitespace or foreign characters)"
