"""Where keys come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from ..errors import ConfigurationError
from ..options import string_list
from ..token import UnverifiedHeader
from .refreshing import Refreshing
from .signature import VerificationKey


@dataclass(frozen=True)
class KeySource:
    """Create one with ``shared_secret``, ``remote_jwks`` or ``local_jwks``."""

    algorithms: frozenset[str]
    candidates: Callable[[UnverifiedHeader], Sequence[VerificationKey]] = field(repr=False)
    """The keys to try for a token, by its header."""
    issuers: tuple[str, ...] | None = None
    """The issuers that its keys vouch for; None: every issuer of the verifier (RFC 8725 section 3.8)."""
    description: str | None = None
    """Versions and fingerprints, for hints."""
    remote: Refreshing | None = field(default=None, repr=False)


@dataclass(frozen=True)
class BoundSource:
    """A source of a verifier, with the issuers that its keys vouch for."""

    source: KeySource
    issuers: tuple[str, ...]


_ADVICE = "keys: give shared_secret(...), remote_jwks(...), local_jwks(...), or a list of them."


def read_issuers(issuer: str | Iterable[str] | None, name: str) -> tuple[str, ...] | None:
    """The issuers of a source; None if it names none."""
    if issuer is None:
        return None
    return string_list(issuer, f"{name}: issuer must be a non-empty string, or a list of them.")


def bind_sources(keys: object, issuers: tuple[str, ...]) -> tuple[BoundSource, ...]:
    """Validate the sources of a verifier and bind them to its issuers.

    With several issuers and several sources, only the options can say which belong together.

    :raises ConfigurationError: no source, an invalid one, or issuers that are not the verifier's.
    """
    if isinstance(keys, KeySource):
        sources: tuple[KeySource, ...] = (keys,)
    elif isinstance(keys, (list, tuple)) and keys and all(isinstance(one, KeySource) for one in keys):
        sources = tuple(keys)
    else:
        raise ConfigurationError(_ADVICE)
    if len(issuers) > 1 and len(sources) > 1 and any(source.issuers is None for source in sources):
        raise ConfigurationError(
            "keys: with several issuers and several key sources, say of each source whose keys it has, such "
            "as "
            "remote_jwks(url, issuer=...). Otherwise one issuer's keys could sign tokens in the name of "
            "another."
        )
    for source in sources:
        stranger = next((name for name in source.issuers or () if name not in issuers), None)
        if stranger is not None:
            raise ConfigurationError(
                f"keys: a key source has the issuer {stranger!r}, which is not an issuer of the verifier "
                f"({', '.join(map(repr, issuers))}). It must be the same text, to the character."
            )
    return tuple(BoundSource(source, source.issuers or issuers) for source in sources)
