"""Key sources of public keys."""

from __future__ import annotations

import json
import random as random_module
import re
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

from ..clock import Clock, ElapsedClock
from ..errors import ConfigurationError
from ..hosts import may_use_http, normal_host, read_insecure_hosts
from ..log_text import logger
from ..options import integer_within
from .fetch import FetchJwks, JwksResponse, fetch_document
from .jwk import KeySet, UnusableKeyError, fitting_keys, newly_unused, read_key_set
from .key_source import KeySource, read_issuers
from .refreshing import Refreshing, Times
from .signature import PUBLIC_ALGORITHMS, RSA_ALGORITHMS

__all__ = ["JwksResponse", "local_jwks", "remote_jwks"]

_INSECURE_HOSTS = "remote_jwks: allow_insecure_hosts (USHER_ALLOW_INSECURE_HOSTS)"


def local_jwks(
    jwks: str | Mapping[str, object],
    *,
    rsa_algorithm: str | None = None,
    issuer: str | Iterable[str] | None = None,
) -> KeySource:
    """Create a key source from a JWKS that you have (RFC 7517 section 5), for example in a file.

    The keys never change while the process runs: a key that the issuer withdraws stays valid. If the issuer
    publishes its keys at a URL, use :func:`remote_jwks`.

    :param jwks: the JWKS as JSON text, or parsed. A key that cannot be used is skipped with a warning in the
        log.
    :param rsa_algorithm: the algorithm of RSA keys without ``alg``. Default: such keys are not used.
    :param issuer: the issuers that the keys vouch for; required if the verifier has several issuers and
        sources.
    :raises ConfigurationError: not a JWKS, or no usable key in it.
    """
    _check_rsa_algorithm(rsa_algorithm, "local_jwks")
    try:
        document = json.loads(jwks) if isinstance(jwks, str) else jwks
        found = read_key_set(document, rsa_algorithm)
    except UnusableKeyError as error:
        raise ConfigurationError(f"local_jwks: {error}") from None
    except (ValueError, RecursionError):
        # The parser's own message repeats a part of the text.
        raise ConfigurationError("local_jwks: it is not JSON") from None
    for reason in newly_unused(found):
        logger.warning("local_jwks: %s", reason)
    keys = found.keys
    return KeySource(
        algorithms=frozenset(PUBLIC_ALGORITHMS),
        candidates=lambda header: fitting_keys(keys, header),
        issuers=read_issuers(issuer, "local_jwks"),
    )


def remote_jwks(
    url: str,
    *,
    max_age: int = 600,
    max_stale: int = 86_400,
    cooldown: int = 30,
    timeout: int = 5,
    max_bytes: int = 524_288,
    allow_insecure_hosts: Iterable[str] = (),
    rsa_algorithm: str | None = None,
    issuer: str | Iterable[str] | None = None,
    fetch: FetchJwks | None = None,
    clock: Clock | None = None,
    random: Callable[[], float] = random_module.random,
) -> KeySource:
    """Create a key source from the keys that an issuer publishes: Better Auth's ``/api/auth/jwks``.

    Keys are fetched for the first token (or by ``verifier.ready()``) and then refreshed in the background. A
    token of an unknown key causes a fetch, within a budget that all such tokens share. It is ``key_unknown``
    only after a fetch that began later than its request; while no fetch may begin, it is ``keys_unavailable``
    (503). During an outage of the issuer, the last keys stay valid for ``max_stale``. A key that leaves the
    set is no longer valid after the next refresh. Each process has its own keys.

    Does not compare the URL with the issuer: in a container network the two differ. A token never causes a
    request to a URL that it names. Redirects are not followed, and no proxy is used.

    :param url: https, or http on this machine or on a host in ``allow_insecure_hosts``.
    :param max_age: seconds, 10 to 86400. The age from which keys are no longer fresh. A refresh starts in the
        background at half of it.
    :param max_stale: seconds, ``max_age`` to 30 days: how long the last keys stay valid without newer ones.
    :param cooldown: seconds, 1 to 3600. Unknown keys may cause five fetches at once, then one per
        ``cooldown``.
    :param timeout: seconds, 1 to 60: the time limit of one fetch, to its last byte.
    :param max_bytes: 1024 to 10 MiB: the largest JWKS.
    :param allow_insecure_hosts: names of other hosts that the URL may reach over plain http:
        ``["web"]`` for a service of a container network. Exact names, without scheme, port or wildcard.
        Anyone who can answer on that network in the host's place can insert their own keys, and with them
        sign tokens for every user. Each host is one warning in the log.
    :param rsa_algorithm: the algorithm of RSA keys without ``alg``. Default: such keys are not used.
    :param issuer: the issuers that the keys vouch for; required if the verifier has several issuers and
        sources.
    :param fetch: a custom fetch. It runs in its own thread and may block.
    :param clock: elapsed seconds, for tests.
    :param random: a number from 0 up to 1, for tests. It spreads retries.
    :raises ConfigurationError: an invalid option.

    >>> remote_jwks("http://app.example.com/api/auth/jwks")
    Traceback (most recent call last):
    usher_auth.errors.ConfigurationError: remote_jwks: the URL must be https, or http on this machine
    (localhost) or on a host in allow_insecure_hosts (USHER_ALLOW_INSECURE_HOSTS): over http, anyone on the
    network could insert their own keys.
    """
    _check_address(url, read_insecure_hosts(allow_insecure_hosts, _INSECURE_HOSTS))
    _check_rsa_algorithm(rsa_algorithm, "remote_jwks")
    if fetch is not None and not callable(fetch):
        raise ConfigurationError("remote_jwks: fetch must be a function.")
    age = integer_within(max_age, "remote_jwks: max_age", 10, 86_400)
    times = Times(
        timeout=integer_within(timeout, "remote_jwks: timeout", 1, 60),
        max_age=age,
        max_stale=integer_within(max_stale, "remote_jwks: max_stale", age, 30 * 86_400),
        cooldown=integer_within(cooldown, "remote_jwks: cooldown", 1, 3600),
    )
    size = integer_within(max_bytes, "remote_jwks: max_bytes", 1024, 10 * 1024 * 1024)

    def read(document: object, previous: KeySet | None) -> KeySet:
        found = read_key_set(document, rsa_algorithm, previous)
        for reason in newly_unused(found, previous):
            logger.warning("remote_jwks: %s (%s)", reason, url)
        return found

    remote = Refreshing(
        name="remote_jwks",
        what=f"the JWKS at {url}",
        fetch=lambda: fetch_document(url, fetch, size, times.timeout),
        read=read,
        times=times,
        clock=clock or ElapsedClock(),
        random=random,
    )
    return KeySource(
        algorithms=frozenset(PUBLIC_ALGORITHMS),
        candidates=lambda header: fitting_keys(remote.keys(), header),
        issuers=read_issuers(issuer, "remote_jwks"),
        remote=remote,
    )


def _check_rsa_algorithm(rsa_algorithm: str | None, name: str) -> None:
    if rsa_algorithm is not None and rsa_algorithm not in RSA_ALGORITHMS:
        raise ConfigurationError(f"{name}: rsa_algorithm must be RS256, RS384, RS512, PS256, PS384 or PS512.")


def _check_address(url: str, insecure_hosts: frozenset[str]) -> None:
    """Over plain http, anyone on the network could insert their own keys. Loopback has no network."""
    try:
        parts = urlsplit(url)
        name, _ = parts.hostname or "", parts.port
    except (ValueError, AttributeError, TypeError):
        name, parts = "", urlsplit("")
    host = normal_host(f"[{name}]" if ":" in name else name)
    is_plain = re.fullmatch(r"[\x21-\x7e]+", url) is not None if isinstance(url, str) else False
    is_allowed = parts.scheme == "https" or (
        parts.scheme == "http" and host is not None and may_use_http(host, insecure_hosts, "remote_jwks")
    )
    if not name or not is_plain or not is_allowed:
        raise ConfigurationError(
            "remote_jwks: the URL must be https, or http on this machine (localhost) or on a host in "
            "allow_insecure_hosts (USHER_ALLOW_INSECURE_HOSTS): over http, anyone on the network could "
            "insert their own keys."
        )
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError("remote_jwks: the URL must not contain a user name or a password.")
