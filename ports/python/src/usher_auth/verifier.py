"""The one pipeline: form, key, signature, claims, principal, revocations; and its cache."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .claims import ClaimsPolicy, check_claims, life_of, read_claims_object
from .clock import Clock, SteadyClock
from .errors import AuthError, ConfigurationError
from .keys.key_set import KeyResolver, LackingKeyError
from .keys.key_source import KeySource, bind_sources
from .keys.signature import VerificationKey
from .options import integer_within, string_list
from .principal import Principal, create_principal
from .revocation import RevocableToken, Revocations
from .token import ACCESS_TOKEN_TYPE, LOGOUT_TOKEN_TYPE, media_type, parse_token

# An estimate of what a cached token takes beside its text, and of all that a cache of this size may take.
_ENTRY_BYTES, _BYTES_PER_TOKEN, _LEAST_BYTES = 2_000, 8_192, 262_144


@dataclass(frozen=True)
class _Verified:
    principal: Principal
    key: VerificationKey = field(repr=False)
    revocable: RevocableToken
    life: tuple[float, float]
    size: int


class Verifier:
    """Verifies Better Auth's tokens.

    Checks of each token, in order: form and length, algorithm, key, signature, then ``sub``, ``iss``,
    ``aud``, ``exp``, ``nbf``, ``iat``, and the revocations if there are any. Does NOT check what the user may
    do, whether the session still exists at the issuer (use revocations), or whether the path belongs to the
    user (the guard does).

    >>> verifier = Verifier(
    ...     keys=shared_secret("K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols="),
    ...     issuer="https://app.example.com",
    ...     audience="https://api.example.com",
    ... )
    >>> verifier.verify_sync("not.a.token")
    Traceback (most recent call last):
    usher_auth.errors.AuthError: The token is not a well-formed JWT.
    """

    def __init__(
        self,
        *,
        keys: KeySource | Iterable[KeySource],
        issuer: str | Iterable[str],
        audience: str | Iterable[str] | None,
        clock_tolerance: int = 5,
        max_token_age: int | None = None,
        max_token_length: int = 8192,
        typ: str | None = None,
        cache: int = 10_000,
        revocations: Revocations | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Validate every option.

        :param keys: ``shared_secret``, ``remote_jwks``, ``local_jwks``, or a list of them.
        :param issuer: the required ``iss``, compared exactly: the origin of Better Auth's ``baseURL``.
        :param audience: the name of this API: tokens must have it in ``aud``. None disables the check.
        :param clock_tolerance: seconds, 0 to 300: the tolerated difference between the issuer's clock and
            this one.
        :param max_token_age: seconds since ``iat``, whatever ``exp`` says. Makes ``iat`` required.
        :param max_token_length: characters, 64 to 65536.
        :param typ: the required ``typ``. Default: ``JWT`` or none. OAuth access tokens (``at+jwt``) have
            separate rules, and are not accepted.
        :param cache: how many verified tokens to cache, 0 to 1 000 000.
        :param revocations: checked for every valid token, cached ones too. Their ``max_token_age`` limits
            this verifier as well.
        :param clock: returns seconds since 1970, for tests. Default: the system's clock, corrected so that
            setting it back does not make expired tokens valid.
        :raises ConfigurationError: an invalid option.
        """
        issuers = string_list(
            issuer,
            "issuer: a non-empty string, or a list of them, is required. Set it to Better Auth's baseURL.",
        )
        given = keys if isinstance(keys, KeySource) else list(keys) if isinstance(keys, Iterable) else keys
        self.keys = KeyResolver(bind_sources(given, issuers))
        self.max_token_length = integer_within(max_token_length, "max_token_length", 64, 65_536)
        self.revocations = _read_revocations(revocations)
        self.policy = ClaimsPolicy(
            issuers=issuers,
            audiences=None if audience is None else _read_audience(audience),
            clock_tolerance=integer_within(clock_tolerance, "clock_tolerance", 0, 300),
            max_token_age=_read_max_token_age(max_token_age, revocations),
        )
        self._typ = _read_typ(typ)
        self._cache = _Cache(integer_within(cache, "cache", 0, 1_000_000))
        steady = SteadyClock()
        if clock is not None and not callable(clock):
            raise ConfigurationError("clock: give a function, such as time.time.")
        self.clock: Clock = clock or steady
        self._witness = steady.witness if clock is None else None

    def __repr__(self) -> str:
        return f"Verifier(issuer={self.policy.issuers}, audience={self.policy.audiences})"

    def verify_sync(self, token: str) -> Principal:
        """Verify with the loaded keys. Never does I/O.

        :raises AuthError: any code of the list but those of the credentials, the owner and the policies.
        """
        self.keys.maintain()
        now = self.clock()
        known = self._cache.get(token)
        # Of a verified token, only its time, its key and the revocations can change.
        if known is not None and known.life[0] <= now < known.life[1] and not known.key.retired:
            self._check_revoked(known.revocable, now)
            return known.principal
        return self._verify_uncached(token, now)

    async def verify(self, token: str) -> Principal:
        """Verify, and fetch newer keys if the loaded ones do not suffice.

        A key is unknown only after a fetch that began later than the request, and unavailable if there was
        none.

        :raises AuthError: as :meth:`verify_sync`.
        """
        # After a long time without requests, fetch newer keys first. If that fails, use the loaded ones.
        if self.keys.is_overdue():
            await self.keys.refresh()
        principal: Principal = await verify_with_keys(self.keys, self.verify_sync, token)
        return principal

    async def ready(self) -> None:
        """Load keys and revocations before the first request. Call it at the start (lifespan).

        :raises AuthError: ``keys_unavailable``, ``revocations_unavailable``. The verifier keeps retrying.
        """
        steps = [self.keys.ready()]
        if self.revocations is not None:
            steps.append(self.revocations.ready())
        # Both to their end: revocations are loaded even while the issuer is down.
        for outcome in await asyncio.gather(*steps, return_exceptions=True):
            if outcome is not None:
                raise outcome

    async def close(self) -> None:
        """Unsubscribe from the revocations."""
        if self.revocations is not None:
            await self.revocations.close()

    def _verify_uncached(self, token: str, now: float) -> Principal:
        parts = parse_token(token, self.max_token_length, self._typ)
        voucher = self.keys.verify(parts)
        claims = read_claims_object(parts.payload)
        check_claims(claims, self.policy, now, voucher.issuers)
        iat = claims.get("iat")
        if iat is not None and self._witness is not None:
            self._witness(iat)
        try:
            principal = create_principal(claims)
        except RecursionError:
            raise AuthError("claims_invalid", hint="the claims are nested too deeply") from None
        revocable = RevocableToken(claims["sub"], iat, claims.get("jti"), claims.get("sid"))
        self._check_revoked(revocable, now)
        size = _ENTRY_BYTES + 4 * len(token)
        self._cache.put(
            token, _Verified(principal, voucher.key, revocable, life_of(claims, self.policy), size)
        )
        return principal

    def _check_revoked(self, revocable: RevocableToken, now: float) -> None:
        if self.revocations is not None:
            self.revocations.check(revocable, now)


async def verify_with_keys(keys: KeyResolver, verify: Any, token: str) -> Any:
    """Verify with the loaded keys, and again with newer ones if those do not suffice."""
    try:
        return verify(token)
    except LackingKeyError as lacking:
        if not lacking.remotes:
            raise
        found = await keys.search(lacking)
    for _ in range(2):
        try:
            return verify(token)
        except LackingKeyError as lacking:
            if not found.is_old or not lacking.remotes:
                if lacking.code == "key_unknown" and found.unavailable is not None:
                    raise AuthError(found.unavailable.code, hint=found.unavailable.hint) from None
                raise
            found = await keys.search(lacking)
            # Whatever it joined, it began after this request.
            found = type(found)(found.unavailable, is_old=False)
    raise AssertionError("unreachable")  # pragma: no cover


class _Cache:
    """Verified tokens by their whole text, least recently used first. Only successes."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._room = max(_LEAST_BYTES, capacity * _BYTES_PER_TOKEN)
        self._size = 0
        self._entries: OrderedDict[str, _Verified] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, token: object) -> _Verified | None:
        if not isinstance(token, str):
            return None
        with self._lock:
            known = self._entries.get(token)
            if known is not None:
                self._entries.move_to_end(token)
            return known

    def put(self, token: str, verified: _Verified) -> None:
        with self._lock:
            replaced = self._entries.pop(token, None)
            self._size -= replaced.size if replaced is not None else 0
            while self._entries and (
                len(self._entries) >= self._capacity or self._size + verified.size > self._room
            ):
                _, oldest = self._entries.popitem(last=False)
                self._size -= oldest.size
            if self._capacity > 0 and verified.size <= self._room:
                self._entries[token] = verified
                self._size += verified.size


def _read_audience(audience: str | Iterable[str]) -> tuple[str, ...]:
    advice = (
        "audience: a non-empty string, or a list of them, is required. Set it to this API's name in tokens, "
        "or to "
        "None to check none."
    )
    return string_list(audience, advice)


def _read_typ(typ: str | None) -> str | None:
    if typ is None:
        return None
    if not isinstance(typ, str) or typ == "":
        raise ConfigurationError("typ: must be a non-empty string.")
    found = media_type(typ)
    if found == LOGOUT_TOKEN_TYPE:
        raise ConfigurationError("typ: a logout token must not pass for one for the API.")
    if found == ACCESS_TOKEN_TYPE:
        raise ConfigurationError("typ: OAuth access tokens (at+jwt) have separate rules.")
    return found


def _read_revocations(revocations: Revocations | None) -> Revocations | None:
    if revocations is not None and not isinstance(revocations, Revocations):
        raise ConfigurationError("revocations: give Revocations(...).")
    return revocations


def _read_max_token_age(max_token_age: int | None, revocations: Revocations | None) -> int | None:
    """A token that is older than the revocations remember could have been revoked without a trace."""
    own = None if max_token_age is None else integer_within(max_token_age, "max_token_age", 1, 2**53 - 1)
    limits = [age for age in (own, revocations.max_token_age if revocations else None) if age is not None]
    return min(limits, default=None)
