"""The environment. Only this module reads it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from .errors import ConfigurationError
from .hosts import normal_host
from .keys.jwks import remote_jwks
from .keys.key_source import KeySource
from .keys.secret import parse_secret_versions, secret_fingerprint, shared_secret
from .revocation import Revocations
from .verifier import Verifier

_MEANINGS = {
    "BETTER_AUTH_URL": "Better Auth's baseURL, such as https://app.example.com",
    "API_URL": "this API's name in tokens, such as https://api.example.com",
    "BETTER_AUTH_SECRET": "the secret that the Better Auth server has",
    "USHER_JWKS_URL": "where the issuer publishes its keys, https://…/api/auth/jwks",
}


def verifier_from_env(
    env: Mapping[str, str] | None = None, *, revocations: Revocations | None = None
) -> Verifier:
    """Create a verifier from environment variables, the same ones as ``@usher-auth/verify`` reads.

    - ``BETTER_AUTH_URL``: the issuer's own variable, in any spelling that Better Auth accepts. Its origin is
      the issuer (:func:`better_auth_issuer`).
    - ``API_URL``: the audience, exactly as in the tokens. It is a name; no request goes to it.
    - ``BETTER_AUTH_SECRETS`` (``2:new,1:old``, the issuer's own format): tokens of each listed version are
      accepted. Without it, ``BETTER_AUTH_SECRET``.
    - ``USHER_JWKS_URL``: where the issuer publishes its keys, such as
      ``https://app.example.com/api/auth/jwks``.
    - ``USHER_ALLOW_INSECURE_HOSTS``: the hosts that ``USHER_JWKS_URL`` may reach over plain http, separated
      by commas, such as ``web``: ``allow_insecure_hosts`` of :func:`remote_jwks`.
    - ``USHER_KEYS``: which keys to accept: ``secret``, ``jwks``, or ``jwks,secret``. Default: ``jwks`` if
      ``USHER_JWKS_URL`` is set, so that a secret that is still in the environment is not accepted by
      accident; otherwise ``secret``.

    :param env: default: ``os.environ``.
    :raises ConfigurationError: missing variables, all of them by name, or an invalid one. The message says
        what to set, and never contains a value.

    >>> verifier_from_env({})
    Traceback (most recent call last):
    usher_auth.errors.ConfigurationError: BETTER_AUTH_URL is not set. Set it to Better Auth's baseURL, such as
    ...
    """
    values = os.environ if env is None else env
    kinds = _chosen_kinds(values)
    needed = [name for kind in kinds for name in _needed_by(kind, values)]
    missing = [name for name in ("BETTER_AUTH_URL", "API_URL", *needed) if not values.get(name)]
    if missing:
        # Every missing variable at once, so that a deployment does not fail once for each.
        raise ConfigurationError(
            "\n".join(f"{name} is not set. Set it to {_MEANINGS[name]}." for name in missing)
        )
    return Verifier(
        keys=[_source(kind, values) for kind in kinds],
        issuer=better_auth_issuer(values["BETTER_AUTH_URL"]),
        audience=values["API_URL"],
        revocations=revocations,
    )


def better_auth_issuer(base_url: str) -> str:
    """Return the ``iss`` of the tokens of a Better Auth server with this ``baseURL``.

    It is the origin in lower case, without a default port, path or trailing slash.

    :raises ConfigurationError: not an http or https URL. The message does not contain it.

    >>> better_auth_issuer("https://App.example.com:443/api/auth/")
    'https://app.example.com'
    """
    origin = _origin(base_url) if isinstance(base_url, str) else None
    if origin is None:
        raise ConfigurationError(
            "BETTER_AUTH_URL must be an http or https address, such as https://app.example.com."
        )
    return origin


def secret_fingerprint_from_env(env: Mapping[str, str] | None = None) -> str | None:
    """Return the fingerprint of the secret that signs now; None if none is set.

    It is the first of ``BETTER_AUTH_SECRETS``, or ``BETTER_AUTH_SECRET``. Print it at the start of issuer and
    API, to see whether they have the same secret.

    :raises ConfigurationError: an invalid ``BETTER_AUTH_SECRETS``.
    """
    values = os.environ if env is None else env
    versions = values.get("BETTER_AUTH_SECRETS")
    current = parse_secret_versions(versions)[0].value if versions else values.get("BETTER_AUTH_SECRET")
    return secret_fingerprint(current) if current else None


def _chosen_kinds(env: Mapping[str, str]) -> list[str]:
    chosen = env.get("USHER_KEYS") or ("jwks" if env.get("USHER_JWKS_URL") else "secret")
    kinds = [kind.strip() for kind in chosen.split(",")]
    if len(set(kinds)) < len(kinds) or not set(kinds) <= {"secret", "jwks"}:
        raise ConfigurationError("USHER_KEYS must be secret, jwks, or jwks,secret.")
    return kinds


def _needed_by(kind: str, env: Mapping[str, str]) -> tuple[str, ...]:
    if kind == "jwks":
        return ("USHER_JWKS_URL",)
    return () if env.get("BETTER_AUTH_SECRETS") else ("BETTER_AUTH_SECRET",)


def _source(kind: str, env: Mapping[str, str]) -> KeySource:
    if kind == "jwks":
        hosts = env.get("USHER_ALLOW_INSECURE_HOSTS")
        names = [name.strip() for name in hosts.split(",")] if hosts else []
        return remote_jwks(env["USHER_JWKS_URL"], allow_insecure_hosts=names)
    versions = env.get("BETTER_AUTH_SECRETS")
    return shared_secret(parse_secret_versions(versions) if versions else env.get("BETTER_AUTH_SECRET"))


def _origin(url: str) -> str | None:
    """The origin, as the URL standard parses the address of an http server."""
    cleaned = re.sub(r"[\t\n\r]", "", url.strip("".join(map(chr, range(0x21)))))
    match = re.match(r"(https?):[/\\]*([^/\\?#]*)", cleaned, re.IGNORECASE)
    if match is None:
        return None
    scheme = match[1].lower()
    authority = match[2].rpartition("@")[2]
    host_and_port = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::([0-9]*))?", authority)
    if host_and_port is None:
        return None
    host = normal_host(host_and_port[1])
    port = (host_and_port[2] or "").lstrip("0") or ("0" if host_and_port[2] else "")
    if host is None or len(port) > 5 or (port and int(port) > 65_535):
        return None
    is_default = port in ("", "443" if scheme == "https" else "80")
    return f"{scheme}://{host}{'' if is_default else f':{port}'}"
