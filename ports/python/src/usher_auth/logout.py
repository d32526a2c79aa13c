"""Back-channel logout: the endpoint that an issuer calls when a session ends.

OpenID Connect Back-Channel Logout 1.0. The endpoint is public: the signature of the token is the only
credential.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from .claims import ClaimsPolicy, check_audience, check_issuer, invalid, is_audience, is_numeric_date, is_text
from .claims import read_claims_object as _read_claims
from .errors import AuthError, ConfigurationError
from .listener import safe_listener
from .problem import Refusal, create_logout_refusals, http_problem, refuse
from .revocation import Revocation
from .token import LOGOUT_TOKEN_TYPE, parse_token
from .verifier import Verifier, verify_with_keys

LONGEST_LOGOUT_FORM = 16_384
"""The largest form, in bytes: twice the longest token that a verifier accepts by default."""

_EVENT = "http://schemas.openid.net/event/backchannel-logout"

# Seconds after `iat` in which a logout token is accepted: the two minutes that section 2.4 recommends.
_LONGEST_AGE = 120

_LONGEST_ID = 255

# If an issuer ends more sessions within two minutes, the oldest are forgotten. A replay of one only repeats a
# revocation.
_REMEMBERED_IDS = 10_000

# Seconds. Longer than the timeout of the revocation store, whose own error is more precise.
_ACT_TIMEOUT = 15.0


@dataclass(frozen=True)
class LogoutToken:
    """A verified logout token: a session, or all sessions of a user, ended. At least one of the two is
    present."""

    id: str
    """The ``jti`` claim."""
    ended_at: float
    """When it ended, in seconds since 1970: ``toe`` (RFC 8417 section 2.2) if present, otherwise ``iat``."""
    session_id: str | None = None
    """The session that ended: the ``sid`` claim. Without it, every session of the subject ended."""
    subject: str | None = None
    """The user's id: the ``sub`` claim."""


@dataclass(frozen=True)
class LogoutEvent:
    """The outcome of one logout, for ``on_logout``."""

    status: int
    logout: LogoutToken | None = None
    code: str | None = None
    hint: str | None = field(default=None)


class LogoutEndpoint:
    """The endpoint, without a framework.

    A valid token is answered with 200 once the store has recorded the revocation. An invalid one changes
    nothing and is answered with 400 (section 2.8) and a problem body. If the store or the keys are not
    available, the answer is 503 with ``Retry-After``, and the same token may be sent again.
    """

    def __init__(self, verifier: Verifier, on_logout: Callable[[LogoutEvent], object] | None = None) -> None:
        """Create the endpoint of a verifier.

        :param on_logout: called for each logout, recorded or rejected. Anyone can cause a rejected one: the
            endpoint is public. It may raise, and may be asynchronous; the response does not wait for it.
        :raises ConfigurationError: the verifier has no revocations.
        """
        if not isinstance(verifier, Verifier) or verifier.revocations is None:
            raise ConfigurationError("LogoutEndpoint: give Verifier(..., revocations=Revocations(...)).")
        self._verifier = verifier
        self._revocations = verifier.revocations
        self._tell = safe_listener(on_logout, "on_logout")
        self._refusals = create_logout_refusals()
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._under_way: dict[str, asyncio.Future[None]] = {}

    async def receive(self, content_type: str | None, body: bytes | None) -> Refusal:
        """Answer one POST.

        :param body: the raw body. Read at most :data:`LONGEST_LOGOUT_FORM` bytes of it; None if it is longer.
        :returns: the complete response. Its body is empty, or a problem.
        """
        token, fault = _read_form(content_type, body)
        if token is None:
            answer = refuse(http_problem(400, fault))
            self._tell(LogoutEvent(400, code=answer.code, hint=fault))
            return answer
        try:
            logout = await self.verify(token, self._revoke)
        except AuthError as error:
            answer = self._refusals[error.code]
            self._tell(LogoutEvent(answer.status, code=error.code, hint=error.hint))
            return answer
        self._tell(LogoutEvent(200, logout=logout))
        return _RECORDED

    async def verify(
        self, token: str, act: Callable[[LogoutToken], Awaitable[None]] | None = None
    ) -> LogoutToken:
        """Verify a logout token (section 2.6).

        It has the ``typ`` ``logout+jwt``, the logout event in ``events``, no ``nonce``, a ``sid`` or a
        ``sub``, an ``iat`` within the last 120 seconds, and a ``jti`` that was not used before. It is never
        accepted as an API token, nor an API token as a logout token.

        :param act: what to do with it. If it raises, the ``jti`` does not count as used. It has fifteen
            seconds. A replay waits for its result.
        :raises AuthError: as ``verifier.verify``; a ``jti`` that was used before is ``claims_invalid``.
        """
        logout: LogoutToken = await verify_with_keys(self._verifier.keys, self._verify_sync, token)
        earlier = self._under_way.get(logout.id)
        if earlier is not None:
            # The result is not known yet. If the answer were "used before", the sender would not retry.
            await asyncio.wait({earlier})
            error = earlier.exception() if not earlier.cancelled() else None
            raise error if isinstance(error, AuthError) else _seen_before()
        if self._verifier.clock() < self._seen.get(logout.id, float("-inf")):
            raise _seen_before()
        # A separate task: a sender that disconnects does not leave it half done.
        outcome = asyncio.ensure_future(self._act_once(logout, act))
        self._under_way[logout.id] = outcome
        outcome.add_done_callback(lambda done: self._forget(logout.id, done))
        await asyncio.shield(outcome)
        return logout

    def _forget(self, identifier: str, done: asyncio.Future[None]) -> None:
        self._under_way.pop(identifier, None)
        if not done.cancelled():
            done.exception()  # the waiting request gets it

    def _verify_sync(self, token: str) -> LogoutToken:
        verifier = self._verifier
        verifier.keys.maintain()
        now = verifier.clock()
        parts = parse_token(token, verifier.max_token_length, LOGOUT_TOKEN_TYPE)
        voucher = verifier.keys.verify(parts)
        return read_logout_token(_read_claims(parts.payload), verifier.policy, now, voucher.issuers)

    async def _act_once(
        self, logout: LogoutToken, act: Callable[[LogoutToken], Awaitable[None]] | None
    ) -> None:
        try:
            if act is not None:
                await asyncio.wait_for(act(logout), _ACT_TIMEOUT)
        except (TimeoutError, asyncio.TimeoutError):
            hint = f"what a logout revokes was not recorded: no answer within {_ACT_TIMEOUT:g} s"
            raise AuthError("revocations_unavailable", hint=hint) from None
        # Longer than the lifetime of any token that is accepted now: it was issued at most the tolerance
        # ahead.
        until = self._verifier.clock() + _LONGEST_AGE + 2 * self._verifier.policy.clock_tolerance
        self._seen[logout.id] = until
        while len(self._seen) > _REMEMBERED_IDS:
            self._seen.popitem(last=False)

    async def _revoke(self, logout: LogoutToken) -> None:
        await self._revocations.revoke(revocation_of(logout))


def revocation_of(logout: LogoutToken) -> Revocation:
    """The session if the token names one, otherwise everything of the user until then."""
    if logout.session_id is not None:
        return Revocation("session", logout.session_id, logout.ended_at)
    return Revocation("user", logout.subject or "", logout.ended_at)


def read_logout_token(
    claims: Mapping[str, Any], policy: ClaimsPolicy, now: float, issuers: Sequence[str]
) -> LogoutToken:
    """Check the claims of a logout token whose signature is verified. Does not check whether it was used
    before."""
    _check_forms(claims)
    check_issuer(claims["iss"], policy.issuers, issuers)
    if policy.audiences is not None:
        check_audience(claims["aud"], policy.audiences)
    _check_times(claims, policy.clock_tolerance, now)
    return LogoutToken(
        id=claims["jti"],
        session_id=claims.get("sid"),
        subject=claims.get("sub"),
        ended_at=claims.get("toe", claims["iat"]),
    )


def _check_forms(claims: Mapping[str, Any]) -> None:
    if not is_text(claims.get("iss")):
        raise invalid("iss", "a non-empty string")
    if not is_audience(claims.get("aud")):
        raise invalid("aud", "a string or a list of strings")
    if not is_numeric_date(claims.get("iat")):
        raise invalid("iat", "a finite number")
    if "exp" in claims and not is_numeric_date(claims["exp"]):
        raise invalid("exp", "a finite number")
    # Not before 1970, like revocations: a token whose time cannot be recorded would be sent again and again.
    if "toe" in claims and not (is_numeric_date(claims["toe"]) and claims["toe"] >= 0):
        raise invalid("toe", "a finite number, 0 or more")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _LONGEST_ID:
        raise invalid("jti", f"a string of 1 to {_LONGEST_ID} characters")
    for name in ("sid", "sub"):
        if name in claims and not is_text(claims[name]):
            raise invalid(name, "a non-empty string")
    if "sid" not in claims and "sub" not in claims:
        raise invalid("sid", "there, or `sub`")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(_EVENT), dict):
        raise invalid("events", f'an object with the member "{_EVENT}", an object too')
    # Section 2.4: a logout token must not be accepted as an ID token.
    if "nonce" in claims:
        raise AuthError("claims_invalid", hint="a logout token has no `nonce`")


def _check_times(claims: Mapping[str, Any], tolerance: float, now: float) -> None:
    """A clock that returns NaN fails each comparison."""
    iat, exp, toe = claims["iat"], claims.get("exp"), claims.get("toe")
    if exp is not None and not exp > now - tolerance:
        raise AuthError("token_expired", hint="the logout token has expired")
    if not iat <= now + tolerance:
        raise AuthError(
            "token_not_yet_valid", hint="iat is ahead of this machine's clock: compare it with the issuer's"
        )
    if not iat + _LONGEST_AGE > now - tolerance:
        hint = f"a logout token is good for {_LONGEST_AGE} s: sign a new one for each delivery"
        raise AuthError("token_expired", hint=hint)
    if toe is not None and toe > iat + tolerance:
        raise AuthError(
            "claims_invalid",
            hint="`toe` is after `iat`: a logout cannot be reported before it happens",
        )


def _read_form(content_type: str | None, body: bytes | None) -> tuple[str | None, str]:
    """Read the form of section 2.5. Ignores unknown fields, as it requires."""
    media_type = (content_type or "").split(";", 1)[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        return None, "The body must be a form (application/x-www-form-urlencoded)."
    if body is None or len(body) > LONGEST_LOGOUT_FORM:
        return None, f"The form must have 1 to {LONGEST_LOGOUT_FORM} bytes."
    fields = parse_qsl(body.decode("latin-1"), keep_blank_values=True)
    tokens = [value for name, value in fields if name == "logout_token"]
    if len(tokens) != 1:
        return None, "The form must have exactly one logout_token."
    return tokens[0], ""


def _seen_before() -> AuthError:
    return AuthError("claims_invalid", hint="a logout token with this `jti` was seen before")


# Section 2.8: the response must not be cached.
_RECORDED = Refusal(200, (("cache-control", "no-store"),), b"", "")
