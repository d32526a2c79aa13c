"""Tokens as the issuer makes them, and applications."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from usher_auth import Usher, Verifier, shared_secret

SECRET = "K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols="
ISSUER = "https://app.example.com"
AUDIENCE = "https://api.example.com"


def token_for(
    user: str = "alice", *, key: Any = SECRET, alg: str = "HS256", header: Any = None, **claims: Any
) -> str:
    now = time.time()
    payload = {"sub": user, "iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + 900, **claims}
    kept = {name: value for name, value in payload.items() if value is not ...}
    return jwt.encode(kept, key, alg, headers=header)


def bearer(user: str = "alice", **claims: Any) -> dict[str, str]:
    return {"authorization": f"Bearer {token_for(user, **claims)}"}


def make_verifier(**options: Any) -> Verifier:
    return Verifier(**{"keys": shared_secret(SECRET), "issuer": ISSUER, "audience": AUDIENCE, **options})


@pytest.fixture
def verifier() -> Verifier:
    return make_verifier()


@pytest.fixture
def usher(verifier: Verifier) -> Usher:
    return Usher(verifier)


@pytest.fixture
def make_usher() -> Callable[..., Usher]:
    return lambda **options: Usher(make_verifier(), **options)
