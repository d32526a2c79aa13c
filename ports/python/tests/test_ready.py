"""What is loaded before the first request."""

from __future__ import annotations

import asyncio

import pytest

from usher_auth import AuthError, JwksResponse, MemoryRevocationStore, Revocations, remote_jwks

from .conftest import make_verifier


def unreachable(url: str) -> JwksResponse:
    raise ConnectionError("down")


def test_loads_revocations_while_the_issuer_is_down() -> None:
    async def check() -> None:
        revocations = Revocations(MemoryRevocationStore(), max_token_age=300)
        keys = remote_jwks("https://app.example.com/api/auth/jwks", fetch=unreachable)
        verifier = make_verifier(keys=keys, revocations=revocations)
        with pytest.raises(AuthError) as raised:
            await verifier.ready()
        assert raised.value.code == "keys_unavailable"
        assert revocations.status().state == "current"
        await verifier.close()

    asyncio.run(check())
