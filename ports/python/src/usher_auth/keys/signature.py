"""A key and its one algorithm. PyJWT verifies the signature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jwt.algorithms import get_default_algorithms

SECRET_LENGTHS = {"HS256": 32, "HS384": 48, "HS512": 64}
"""Each shared-secret algorithm, and its shortest secret in bytes (RFC 7518 section 3.2)."""

RSA_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
"""The algorithms of RSA keys. The key alone does not determine it (RFC 7518 sections 3.3 and 3.5)."""

PUBLIC_ALGORITHMS = ("EdDSA", "ES256", "ES384", "ES512", *RSA_ALGORITHMS)
"""The algorithms of public keys."""

# The length of an ECDSA signature in bytes, R and S side by side (RFC 7518 section 3.4).
_ECDSA_LENGTHS = {"ES256": 64, "ES384": 96, "ES512": 132}

# PyJWT's own table, narrowed: `none` and whatever it adds later are not in it.
_METHODS: dict[str, Any] = {
    name: method
    for name, method in get_default_algorithms().items()
    if name in SECRET_LENGTHS or name in PUBLIC_ALGORITHMS
}


@dataclass(eq=False)
class VerificationKey:
    """The key decides the algorithm, never a token's header (RFC 8725 section 3.1)."""

    algorithm: str
    verify: Callable[[bytes, bytes], bool] = field(repr=False)
    """Whether the signature over the bytes is valid. The key material is in this function's closure alone."""
    kid: str | None = None
    version: int | None = None
    """The version of a shared secret with versions."""
    retired: bool = False
    """Set when the key leaves its source. It verifies nothing from then on, cached tokens included."""


def secret_key(algorithm: str, secret: bytes, version: int | None) -> VerificationKey:
    """Create a key from a secret whose strength is checked."""
    method = _METHODS[algorithm]
    # PyJWT compares in constant time.
    return VerificationKey(
        algorithm, lambda signed, signature: method.verify(signed, secret, signature) is True, version=version
    )


def public_key(algorithm: str, material: Any, kid: str | None) -> VerificationKey:
    """Create a key from a public key of the `cryptography` package."""
    method = _METHODS[algorithm]
    length = _ECDSA_LENGTHS.get(algorithm)

    def verify(signed: bytes, signature: bytes) -> bool:
        if length is not None and len(signature) != length:
            return False
        return method.verify(signed, material, signature) is True

    return VerificationKey(algorithm, verify, kid=kid)


def material_of(algorithm: str, jwk: dict[str, Any]) -> Any:
    """Read the public key of a JWK.

    :raises Exception: it is invalid. PyJWT and `cryptography` raise many kinds.
    """
    return _METHODS[algorithm].from_jwk(jwk)
