"""Hosts of URLs: how the URL standard writes them, and which of them may use plain http."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from .errors import ConfigurationError
from .log_text import logger

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f#/:<>?@\[\\\]^|%]")
_ENTRY = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]")
_LOOPBACK = re.compile(r"localhost|127\.\d+\.\d+\.\d+|\[::1\]|.+\.localhost", re.ASCII)


def normal_host(text: str) -> str | None:
    """A host as the URL standard writes it: lower case, Punycode, IPv6 in brackets. None if it is invalid.

    IPv4 addresses in octal, hexadecimal, or with fewer than four numbers are None too.
    """
    try:
        if text.startswith("["):
            return _ipv6(ipaddress.IPv6Address(text[1:-1])) if text.endswith("]") else None
        name = unquote_to_bytes(text).decode("utf-8").lower()
        ascii_name = name if name.isascii() else name.encode("idna").decode("ascii")
        if not ascii_name or _FORBIDDEN.search(ascii_name):
            return None
        # A name whose last label is a number is an IPv4 address, or nothing.
        if re.fullmatch(r"[0-9]+|0x[0-9a-f]*", ascii_name.removesuffix(".").rpartition(".")[2]):
            return str(ipaddress.IPv4Address(ascii_name.removesuffix(".")))
    except ValueError:
        return None
    return ascii_name


def read_insecure_hosts(names: object, label: str) -> frozenset[str]:
    """Read ``allow_insecure_hosts``. ``conformance/hosts.json`` has the rule, as in the TypeScript packages.

    An entry must be what the URL standard makes of it, in any case; an IPv6 address with or without brackets.

    :raises ConfigurationError: not a list, or an entry that is not an exact host name. The message does not
        contain it: it may be a URL with a password.
    """
    if not isinstance(names, Iterable) or isinstance(names, (str, bytes, dict)):
        raise ConfigurationError(f"{label} must be a list of exact host names, such as ['web', '10.0.2.2'].")
    return frozenset(_read_entry(name, place, label) for place, name in enumerate(names, start=1))


def may_use_http(host: str, allowed: frozenset[str], label: str) -> bool:
    """Whether a URL with this host (see :func:`normal_host`) may use http: this machine, or an allowed host.

    Each of the latter is one warning of the process.
    """
    if _LOOPBACK.fullmatch(host):
        return True
    if host not in allowed:
        return False
    if host not in _warned:
        _warned.add(host)
        logger.warning(
            "%s: keys come from %s over http, because allow_insecure_hosts names it: anyone on its network "
            "could insert their own keys",
            label,
            host,
        )
    return True


_warned: set[str] = set()


def _read_entry(name: object, place: int, label: str) -> str:
    text = name.lower() if isinstance(name, str) and name.isascii() else ""
    host = f"[{text}]" if ":" in text and not text.startswith("[") else text
    if _ENTRY.fullmatch(host) is None or normal_host(host) != host:
        raise ConfigurationError(
            f"{label}: entry {place} must be an exact host name, such as 'web' or '10.0.2.2': no scheme, "
            "port, path or wildcard; IP addresses and international names as in a URL's hostname."
        )
    return host


def _ipv6(address: ipaddress.IPv6Address) -> str:
    # Newer Pythons write an IPv4 address in an IPv6 address with dots, the URL standard in hexadecimal.
    mapped = address.ipv4_mapped
    if mapped is None:
        return f"[{address.compressed}]"
    high, low = divmod(int(mapped), 1 << 16)
    return f"[::ffff:{high:x}:{low:x}]"
