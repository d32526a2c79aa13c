"""Finds the key that signed a token, in every key source of a verifier."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import AuthError
from ..token import UnverifiedToken
from .jwk import canonical_algorithm
from .key_source import BoundSource, KeySource
from .refreshing import Refreshing
from .signature import VerificationKey

__all__ = ["KeyResolver", "KeySource"]


class LackingKeyError(AuthError):
    """No key fits the token, and these sources may get one."""

    def __init__(self, code: str, hint: str | None, remotes: tuple[tuple[Refreshing, int], ...]) -> None:
        super().__init__(code, hint=hint)
        self.remotes = remotes
        """Each with the generation that lacks the key."""


@dataclass(frozen=True)
class Voucher:
    """The key that signed a token, and the issuers that it vouches for (RFC 8725 section 3.8)."""

    key: VerificationKey
    issuers: tuple[str, ...]


@dataclass(frozen=True)
class Search:
    """The result of fetching newer keys."""

    unavailable: AuthError | None
    """Why newer keys may be missing; None if every source answered."""
    is_old: bool
    """Whether it used a fetch that began before the request, which may lack a newer key."""


class KeyResolver:
    """The keys of a verifier."""

    def __init__(self, sources: tuple[BoundSource, ...]) -> None:
        self._sources = sources
        self._remotes = tuple(bound.source.remote for bound in sources if bound.source.remote is not None)
        self._rejected = _explain_rejection(
            [name for bound in sources for name in sorted(bound.source.algorithms)]
        )

    def maintain(self) -> None:
        """Start what is due in the background."""
        for remote in self._remotes:
            remote.maintain()

    def is_overdue(self) -> bool:
        """Whether a request should wait for newer keys."""
        return any(remote.is_overdue() for remote in self._remotes)

    async def refresh(self) -> None:
        """Refresh every remote source. A failure is reported when a token needs the missing key."""
        await asyncio.gather(*(remote.refresh() for remote in self._remotes))

    async def ready(self) -> None:
        """Load the keys of every source that has none.

        :raises AuthError: ``keys_unavailable``.
        """
        missing = [remote for remote in self._remotes if remote.is_missing]
        failures = await asyncio.gather(*(remote.refresh() for remote in missing))
        for failure in failures:
            if failure is not None:
                raise AuthError(failure.code, hint=failure.hint)

    async def search(self, lacking: LackingKeyError) -> Search:
        """Fetch the key that a token lacked."""
        is_old = any(
            remote.is_refreshing() or remote.generation != generation
            for remote, generation in lacking.remotes
        )
        failures = await asyncio.gather(
            *(remote.refresh(generation) for remote, generation in lacking.remotes)
        )
        return Search(next((failure for failure in failures if failure is not None), None), is_old)

    def verify(self, token: UnverifiedToken) -> Voucher:
        """Verify the signature.

        :raises AuthError: ``algorithm_rejected``, ``key_unknown``, ``keys_unavailable``,
            ``signature_invalid``.
        """
        header = token.header
        algorithm = canonical_algorithm(header.alg)
        # A key is only tried for tokens with its algorithm.
        accepting = [bound for bound in self._sources if algorithm in bound.source.algorithms]
        if not accepting:
            raise AuthError("algorithm_rejected", hint=self._rejected(header.alg))
        # Read before the keys: a fetch may succeed meanwhile, in its thread.
        remotes = tuple(
            (bound.source.remote, bound.source.remote.generation)
            for bound in accepting
            if bound.source.remote is not None
        )
        tried: KeySource | None = None
        failure: AuthError | None = None
        for bound in accepting:
            # Whether the key with the token's `kid` was tried. Then newer keys cannot help.
            is_named = False
            for key in bound.source.candidates(header):
                if not key.retired and key.verify(token.signed, token.signature):
                    return Voucher(key, bound.issuers)
                tried = tried or bound.source
                is_named = is_named or (key.kid is not None and key.kid == header.kid)
            if not is_named and failure is None and bound.source.remote is not None:
                failure = bound.source.remote.unavailable()
        if tried is not None and failure is None:
            raise AuthError("signature_invalid", hint=_explain_signature(tried))
        code, hint = (
            ("key_unknown", "no key fits this token") if failure is None else (failure.code, failure.hint)
        )
        raise LackingKeyError(code, hint, remotes)


def _explain_signature(source: KeySource) -> str:
    if source.description is None:
        return "changed on its way, or signed with another key"
    return (
        f"changed on its way, or signed with a secret that is not listed here ({source.description}): "
        "compare the "
        "fingerprints of issuer and API; in a rotation, list a version here before the issuer signs with it"
    )


def _explain_rejection(algorithms: list[str]) -> Callable[[str], str]:
    """The hint for an algorithm that no key has. Built once: anyone can send many such tokens."""
    names = list(dict.fromkeys(algorithms))
    expected = f"expected {', '.join(names)}"
    has_secret = any(name.startswith("HS") for name in names)
    has_key_pair = not all(name.startswith("HS") for name in names)
    key_pair = (
        f"{expected}; the token is signed with a key pair, as Better Auth's own jwt() does: verify it with "
        "remote_jwks(), or issue it with usherJwt()"
    )
    secret = (
        f"{expected}; the token is signed with a shared secret: add shared_secret() to the keys if it is "
        "meant to be"
    )

    def explain(alg: str) -> str:
        if alg.startswith("HS"):
            return expected if has_secret else secret
        return key_pair if not has_key_pair and alg.startswith(("Ed", "ES", "RS", "PS")) else expected

    return explain
