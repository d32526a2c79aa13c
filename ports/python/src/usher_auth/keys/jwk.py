"""Public keys from a JWKS (RFC 7517)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..token import UnverifiedHeader
from .signature import PUBLIC_ALGORITHMS, RSA_ALGORITHMS, VerificationKey, material_of, public_key

# Private members of RFC 7518 section 6. A key set with one has leaked, and none of its keys can be trusted.
_PRIVATE_MEMBERS = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")

# The algorithm of a key type and curve, if there is exactly one (RFC 7518 section 3.4, RFC 8037).
_ALGORITHM_OF_CURVE: dict[tuple[object, object], str] = {
    ("OKP", "Ed25519"): "EdDSA",
    ("EC", "P-256"): "ES256",
    ("EC", "P-384"): "ES384",
    ("EC", "P-521"): "ES512",
}

# The most keys read from a set. More than any issuer has; it bounds the cost.
_MOST_KEYS = 100


class UnusableKeyError(ValueError):
    """Why a key or a set cannot be used."""


class OtherPurposeError(UnusableKeyError):
    """A valid key for another purpose than signatures. Not worth a warning."""


@dataclass(frozen=True)
class KeySet:
    """The usable keys of a JWKS, and why others were skipped; both by the key's JSON text."""

    by_name: Mapping[str, VerificationKey]
    unused: Mapping[str, str]

    @property
    def keys(self) -> tuple[VerificationKey, ...]:
        """In the order of the set."""
        return tuple(self.by_name.values())


def read_key_set(document: object, rsa_algorithm: str | None, previous: KeySet | None = None) -> KeySet:
    """Read a JWKS and skip the keys that cannot be used: a broken key must not disable the others.

    A key that is also in ``previous`` stays the same object, so that cached tokens stay valid.

    :raises UnusableKeyError: not a JWKS, or no usable key in it.
    """
    listed = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(listed, list):
        raise UnusableKeyError("it is no JWKS: there is no list of `keys` in it")
    by_name: dict[str, VerificationKey] = {}
    unused: dict[str, str] = {}
    reasons: list[str] = []
    if len(listed) > _MOST_KEYS:
        unused[""] = f"the set has {len(listed)} keys; only the first {_MOST_KEYS} are used"
    for position, jwk in enumerate(listed[:_MOST_KEYS], start=1):
        text = json.dumps(jwk)
        try:
            known = previous.by_name.get(text) if previous is not None else None
            by_name[text] = known or import_jwk(jwk, rsa_algorithm)
        except UnusableKeyError as error:
            reason = f"key {position} of the set is not used: {error}"
            reasons.append(reason)
            if not isinstance(error, OtherPurposeError):
                unused[text] = reason
    if not by_name:
        raise UnusableKeyError("; ".join(["the JWKS has no usable key", *reasons]))
    return KeySet(by_name, unused)


def newly_unused(current: KeySet, previous: KeySet | None = None) -> list[str]:
    """The reasons for skipped keys that were not skipped before: each is warned about once."""
    known = previous.unused if previous is not None else {}
    return [reason for text, reason in current.unused.items() if text not in known]


def fitting_keys(keys: Sequence[VerificationKey], header: UnverifiedHeader) -> Sequence[VerificationKey]:
    """The keys to try for a token: with its algorithm, and with its ``kid`` if both have one.

    If several keys fit a token without ``kid``, none is tried: choosing one would be a guess (RFC 7515
    section 4.1.4).
    """
    algorithm = canonical_algorithm(header.alg)
    fitting = [
        key
        for key in keys
        if key.algorithm == algorithm and (key.kid is None or header.kid is None or key.kid == header.kid)
    ]
    return () if header.kid is None and len(fitting) > 1 else fitting


def canonical_algorithm(name: str) -> str:
    """RFC 9864 section 2.2 names EdDSA with Ed25519 "Ed25519". Both names are treated as one."""
    return "EdDSA" if name == "Ed25519" else name


def import_jwk(jwk: object, rsa_algorithm: str | None) -> VerificationKey:
    """Create a verification key from a public JWK.

    Checks type, curve, use, operations, that the algorithm fits, that the key has no private member, and the
    size and exponent of RSA keys. Does not check certificates (``x5c``) and does not follow ``x5u``.

    :raises UnusableKeyError: why it cannot be used.
    """
    if not isinstance(jwk, dict):
        raise UnusableKeyError("it is no JSON object")
    found = next((name for name in _PRIVATE_MEMBERS if name in jwk), None)
    if found is not None:
        raise UnusableKeyError(
            f"it has the private member `{found}`: anyone who can read the set knows this key"
        )
    if jwk.get("use") == "enc":
        raise OtherPurposeError("its `use` is enc")
    if "use" in jwk and jwk["use"] != "sig":
        raise UnusableKeyError("its `use` is not sig")
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        raise UnusableKeyError("its `key_ops` has no verify")
    kid = jwk.get("kid")
    if "kid" in jwk and not isinstance(kid, str):
        raise UnusableKeyError("its `kid` is no string")
    algorithm = _algorithm_of(jwk, rsa_algorithm)
    try:
        material = material_of(algorithm, jwk)
    # PyJWT and cryptography raise many kinds, and whichever it is, the key cannot be used.
    except Exception as error:
        raise UnusableKeyError(f"it is not a valid key ({type(error).__name__})") from None
    if algorithm in RSA_ALGORITHMS:
        _check_rsa_strength(material)
    return public_key(algorithm, material, kid)


def _algorithm_of(jwk: dict[str, Any], rsa_algorithm: str | None) -> str:
    said = jwk.get("alg")
    if said == "Ed25519":
        said = "EdDSA"
    if "alg" in jwk and (not isinstance(said, str) or said not in PUBLIC_ALGORITHMS):
        raise UnusableKeyError("its `alg` is not one that is verified with a public key here")
    is_rsa = jwk.get("kty") == "RSA"
    kind = (jwk.get("kty"), jwk.get("crv"))
    algorithm = (
        (said or rsa_algorithm) if is_rsa else _ALGORITHM_OF_CURVE.get(kind) if _are_texts(kind) else None
    )
    if algorithm is None:
        raise UnusableKeyError(
            "it is an RSA key without `alg`: set rsa_algorithm"
            if is_rsa
            else "its type or curve is not supported"
        )
    fits = algorithm in RSA_ALGORITHMS if is_rsa else said in (None, algorithm)
    if not fits:
        raise UnusableKeyError("its `alg` does not fit its type and curve")
    return algorithm


def _are_texts(values: tuple[object, object]) -> bool:
    return all(isinstance(value, str) for value in values)


def _check_rsa_strength(material: Any) -> None:
    """RFC 7518 sections 3.3 and 3.5: 2048 bits or more. With an exponent of 1, anyone can sign."""
    if material.key_size < 2048:
        raise UnusableKeyError(f"its modulus has {material.key_size} bits; 2048 are the least")
    exponent = material.public_numbers().e
    if exponent < 3 or exponent % 2 == 0:
        raise UnusableKeyError("its exponent is not odd and at least 3")
