"""The secret that the issuer signs with: Better Auth's ``BETTER_AUTH_SECRET``."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import ConfigurationError
from ..log_text import logger
from .key_source import KeySource, read_issuers
from .signature import SECRET_LENGTHS, VerificationKey, secret_key

# Binds the fingerprint to this purpose: no other use of the secret produces the same bytes.
_PURPOSE = b"usher-auth secret fingerprint v1"

_KNOWN_SECRETS = frozenset(
    {
        b"better-auth-secret-12345678901234567890",
        b"better-auth-secret-123456789012345678901234567890",
        b"your-256-bit-secret-your-256-bit-secret",
        b"0123456789abcdef0123456789abcdef",
        b"01234567890123456789012345678901",
    }
)

_ADVICE = "Make one with: openssl rand -base64 48"

# A secret with fewer estimated bits causes a warning. 32 random hexadecimal digits have about 112.
_ENOUGH_BITS = 96

_LARGEST_VERSION = 2**53 - 1

_ENTRY = re.compile(r"\s*([0-9]+):\s*(\S(?:.*\S)?)\s*", re.DOTALL)


@dataclass(frozen=True)
class SecretVersion:
    """One version of a rotated secret, as in Better Auth's ``secrets`` option."""

    version: int
    """A non-negative integer, different for each version."""
    value: str | bytes = field(repr=False)


Secret = str | bytes | Sequence[SecretVersion]


def shared_secret(
    secret: Secret | None, *, algorithm: str = "HS256", issuer: str | Iterable[str] | None = None
) -> KeySource:
    """Create a key source from a secret, or its versions in the order to try them, newest first.

    Anyone who has the secret can also sign tokens; a public key (JWKS) has no such risk. Rejects short
    secrets, published defaults and public keys; warns about low entropy and about whitespace at the ends.
    Does not check that the issuer has the same secret: compare :func:`secret_fingerprint` on both sides.

    :param algorithm: ``HS256``, ``HS384`` (48 bytes or more) or ``HS512`` (64 bytes or more).
    :param issuer: the issuers that it vouches for; required if the verifier has several issuers and sources.
    :raises ConfigurationError: a missing or short secret, a published default, a public key, a version that
        occurs twice, or an invalid option.

    >>> shared_secret("K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=").description
    'fingerprint 4b5c42d6a6fbb3df'
    """
    if algorithm not in SECRET_LENGTHS:
        raise ConfigurationError("algorithm: a shared secret verifies HS256, HS384 or HS512.")
    named = {_name_of(version, value): (version, value) for version, value in _list_versions(secret)}
    keys = [_create_key(algorithm, value, version) for version, value in named.values()]
    return KeySource(
        algorithms=frozenset({algorithm}),
        # Every version has the same algorithm and no `kid`, so either all of them fit a token or none.
        candidates=lambda header: keys if header.alg == algorithm else (),
        issuers=read_issuers(issuer, "shared_secret"),
        description="; ".join(named),
    )


def secret_fingerprint(secret: str | bytes) -> str:
    """Return a short, stable id of a secret: 16 hexadecimal digits, the same as ``usher-auth fingerprint``.

    Two processes with the same fingerprint have the same secret. It is an HMAC-SHA-256 with the secret as
    key, so it does not reveal the secret. It can confirm a guess of a weak secret, as any signed token can.
    Show it to operators, not to the public.
    """
    return hmac.new(_bytes_of(secret), _PURPOSE, hashlib.sha256).hexdigest()[:16]


def parse_secret_versions(text: str) -> list[SecretVersion]:
    """Parse ``2:new,1:old`` like Better Auth.

    Entries are split at commas and trimmed, the version is before the first colon, and the first entry is the
    current one. A secret may contain colons, but no comma.

    :raises ConfigurationError: an invalid entry. The message contains its position, never its text.
    """
    versions = []
    for position, entry in enumerate(text.split(","), start=1):
        match = _ENTRY.fullmatch(entry)
        if match is None:
            raise ConfigurationError(
                f'BETTER_AUTH_SECRETS: entry {position} is not "<version>:<secret>". '
                "Write the newest first, such as 2:new,1:old"
            )
        digits = match[1].lstrip("0") or "0"
        version = int(digits) if len(digits) <= 16 else _LARGEST_VERSION + 1
        versions.append(SecretVersion(version, match[2]))
    return versions


def _list_versions(secret: Secret | None) -> list[tuple[int | None, bytes]]:
    if not secret:
        raise ConfigurationError(
            "shared_secret: no secret given. Set BETTER_AUTH_SECRET to the value that the Better Auth "
            "server has."
        )
    if isinstance(secret, (str, bytes)):
        return [(None, _bytes_of(secret))]
    versions: list[Any] = list(secret) if isinstance(secret, Sequence) else []
    if (
        not versions
        or not all(isinstance(one, SecretVersion) and _is_version(one) for one in versions)
        or len({one.version for one in versions}) < len(versions)
    ):
        raise ConfigurationError(
            "shared_secret: give a text, bytes, or a list of SecretVersion(version, value) with integers "
            "from 0 as "
            "versions, none twice."
        )
    return [(one.version, _bytes_of(one.value)) for one in versions]


def _is_version(one: SecretVersion) -> bool:
    version = one.version
    return (
        isinstance(version, int)
        and not isinstance(version, bool)
        and 0 <= version <= _LARGEST_VERSION
        and isinstance(one.value, (str, bytes))
    )


def _bytes_of(secret: str | bytes) -> bytes:
    if isinstance(secret, bytes):
        return secret
    # Half of a surrogate pair becomes U+FFFD, as in Node: the issuer must get the same bytes.
    return secret.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode("utf-8")


def _name_of(version: int | None, value: bytes) -> str:
    return f"{'' if version is None else f'version {version}, '}fingerprint {secret_fingerprint(value)}"


def _create_key(algorithm: str, value: bytes, version: int | None) -> VerificationKey:
    label = "The shared secret" if version is None else f"Version {version} of the shared secret"
    _check_strength(value, SECRET_LENGTHS[algorithm], label)
    return secret_key(algorithm, value, version)


def _check_strength(value: bytes, shortest: int, label: str) -> None:
    """Reject what cannot be a shared secret, and warn about a weak one. No message contains the secret."""
    text = value.decode("utf-8", "replace")
    if _is_key_document(text):
        raise ConfigurationError(f"{label} is a PEM, a JWK or a JWKS: a public key is not a secret.")
    if len(value) < shortest:
        raise ConfigurationError(f"{label} has {len(value)} bytes; at least {shortest} are needed. {_ADVICE}")
    if value in _KNOWN_SECRETS:
        raise ConfigurationError(f"{label} is a published default. {_ADVICE}")
    if text != text.strip():
        logger.warning("%s begins or ends with whitespace: the issuer must have exactly the same.", label)
    if _estimate_bits(value) < _ENOUGH_BITS:
        logger.warning("%s looks easy to guess. %s", label, _ADVICE)


def _is_key_document(text: str) -> bool:
    if "-----BEGIN " in text or re.match(r"(?:ssh|ecdsa)-\S+ ", text):
        return True
    if not text.lstrip().startswith("{"):
        return False
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and ("kty" in value or "keys" in value)


def _estimate_bits(value: bytes) -> float:
    """Shannon entropy of the bytes times their number: detects repetition, not dictionary words."""
    return -sum(count * math.log2(count / len(value)) for count in Counter(value).values())
