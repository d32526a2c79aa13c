"""Registered claims: first the types, then issuer, audience and time.

The order is fixed: ``token_expired`` means that nothing else is wrong, and a client needs only a new token.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import AuthError
from .log_text import quote
from .token import parse_json_object


@dataclass(frozen=True)
class ClaimsPolicy:
    """What a token's claims are compared with."""

    issuers: tuple[str, ...]
    """Accepted issuers, compared exactly (RFC 7519 section 4.1.1)."""
    audiences: tuple[str, ...] | None
    """The token needs one of them. None accepts any audience, and a token without one."""
    clock_tolerance: float
    max_token_age: float | None


def read_claims_object(payload: bytes) -> dict[str, Any]:
    """Parse the payload of a token whose signature is verified."""
    claims = parse_json_object(payload)
    if claims is None:
        raise AuthError("claims_invalid", hint="the payload is not a JSON object in UTF-8")
    return claims


def check_claims(claims: Mapping[str, Any], policy: ClaimsPolicy, now: float, issuers: Sequence[str]) -> None:
    """Check verified claims.

    :param now: seconds since 1970.
    :param issuers: the issuers that the signing key vouches for.
    :raises AuthError: ``token_unsupported``, ``claims_invalid``, ``issuer_rejected``, ``audience_rejected``,
        ``token_expired``, ``token_not_yet_valid``.
    """
    _check_forms(claims, policy)
    check_issuer(claims["iss"], policy.issuers, issuers)
    if policy.audiences is not None:
        check_audience(claims["aud"], policy.audiences)
    _check_times(claims, policy, now)


def life_of(claims: Mapping[str, Any], policy: ClaimsPolicy) -> tuple[float, float]:
    """The time span in which a token with valid claims is accepted. The end is not included."""
    begin = max(claims.get("iat", -math.inf), claims.get("nbf", -math.inf))
    end = claims["exp"]
    if policy.max_token_age is not None:
        end = min(end, claims["iat"] + policy.max_token_age)
    return begin - policy.clock_tolerance, end + policy.clock_tolerance


def check_issuer(issuer: str, accepted: Sequence[str], vouched: Sequence[str]) -> None:
    """A key vouches for its own issuers only (RFC 8725 section 3.8)."""
    if issuer in vouched:
        return
    if issuer in accepted:
        owners = " and ".join(quote(name) for name in vouched)
        hint = f"iss is {quote(issuer)}, and the key that has signed the token belongs to {owners}"
        raise AuthError("issuer_rejected", hint=hint)
    slash = any(_without_slash(name) == _without_slash(issuer) for name in accepted)
    raise AuthError(
        "issuer_rejected",
        hint=f"iss is {quote(issuer)}, expected {' or '.join(quote(name) for name in accepted)}"
        f"{': only the trailing slash differs' if slash else ''}",
    )


def check_audience(audience: object, accepted: Sequence[str]) -> None:
    """The token needs one of the accepted audiences."""
    actual = [audience] if isinstance(audience, str) else list(audience) if isinstance(audience, list) else []
    if any(name in accepted for name in actual):
        return
    raise AuthError(
        "audience_rejected",
        hint=f"aud is {', '.join(quote(name) for name in actual[:10])}, "
        f"expected {' or '.join(quote(name) for name in accepted)}",
    )


def is_audience(value: object) -> bool:
    """A non-empty string, or a non-empty list of them."""
    if isinstance(value, list):
        return bool(value) and all(is_text(item) for item in value)
    return is_text(value)


def is_text(value: object) -> bool:
    """A non-empty string."""
    return isinstance(value, str) and value != ""


def is_numeric_date(value: object) -> bool:
    """RFC 7519 section 2, NumericDate: a finite number, which may have a fraction."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def invalid(claim: str, form: str, more: str = "") -> AuthError:
    """The error of a claim that is missing or of the wrong form."""
    return AuthError("claims_invalid", hint=f"`{claim}` must be {form}{more}")


def _check_forms(claims: Mapping[str, Any], policy: ClaimsPolicy) -> None:
    # OpenID Connect Core 1.0 section 2: an ID token is for its client. It may be signed by the same key.
    if "at_hash" in claims:
        raise AuthError("token_unsupported", hint="this is an ID token (`at_hash`): send the access token")
    # RFC 7800: who sends the token must prove that it has a key (RFC 9449 section 7.2, RFC 8705 section 3).
    if "cnf" in claims:
        hint = "this is bound to its sender's key (`cnf`: DPoP or mTLS), not a bearer token"
        raise AuthError("token_unsupported", hint=hint)
    if not is_text(claims.get("sub")):
        more = "" if "sub" in claims else " (the issuer's other JWTs have none: e-mail links, cookie caches)"
        raise invalid("sub", "a non-empty string", more)
    if not is_text(claims.get("iss")):
        raise invalid("iss", "a non-empty string")
    if not is_audience(claims.get("aud")) and not ("aud" not in claims and policy.audiences is None):
        raise invalid("aud", "a string or a list of strings")
    if not is_numeric_date(claims.get("exp")):
        raise invalid("exp", "a finite number")
    if "nbf" in claims and not is_numeric_date(claims["nbf"]):
        raise invalid("nbf", "a finite number")
    if not is_numeric_date(claims.get("iat")) and not ("iat" not in claims and policy.max_token_age is None):
        raise invalid("iat", "a finite number")
    for name in ("sid", "jti"):
        if name in claims and not is_text(claims[name]):
            raise invalid(name, "a non-empty string")


def _check_times(claims: Mapping[str, Any], policy: ClaimsPolicy, now: float) -> None:
    """A clock that returns NaN fails each comparison."""
    exp, iat = claims["exp"], claims.get("iat")
    tolerance, max_age = policy.clock_tolerance, policy.max_token_age
    if not now < exp + tolerance:
        raise AuthError("token_expired", hint=f"expired {_whole(now - exp)} s ago")
    for name in ("nbf", "iat"):
        start = claims.get(name)
        if start is not None and not now >= start - tolerance:
            hint = (
                f"{name} is {_whole(start - now)} s ahead of this machine's clock: compare it with the "
                "issuer's"
            )
            raise AuthError("token_not_yet_valid", hint=hint)
    if max_age is not None and iat is not None and not now < iat + max_age + tolerance:
        hint = f"issued {_whole(now - iat)} s ago; maxTokenAge is {max_age} s"
        raise AuthError("token_expired", hint=hint)


def _whole(seconds: float) -> str:
    return str(int(seconds)) if math.isfinite(seconds) else "an unknown number of"


def _without_slash(url: str) -> str:
    return url.removesuffix("/")
