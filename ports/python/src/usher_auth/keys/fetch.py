"""Fetches the JSON document of a JWKS.

With ``http.client``: it follows no redirect, and it uses no proxy, whatever the environment says. The URL of
the keys is a setting, and neither the server behind it nor a variable must change where keys come from.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_HEADERS = {
    "accept": "application/jwk-set+json, application/json",
    "user-agent": "usher-auth-python",
    "connection": "close",
}

_CHUNK = 65_536


@dataclass(frozen=True)
class JwksResponse:
    """The response of the server that publishes the keys."""

    status: int
    body: bytes = field(repr=False)
    content_type: str = "application/json"


FetchJwks = Callable[[str], JwksResponse]
"""A function that fetches a URL. It may block: it runs in its own thread. It must not follow redirects."""


class FetchError(Exception):
    """What was wrong with the response."""


def fetch_document(url: str, fetch: FetchJwks | None, max_bytes: int, timeout: float) -> object:
    """Fetch and parse a document.

    :param fetch: a custom function; it then decides about proxies and TLS itself.
    :raises Exception: why there is none, as text for a hint.
    """
    response = fetch(url) if fetch is not None else _get(url, max_bytes, timeout)
    if response.status != 200:
        redirected = (
            ": redirects are not followed, set the final address" if 300 <= response.status < 400 else ""
        )
        raise FetchError(f"it answered {response.status}{redirected}")
    if len(response.body) > max_bytes:
        raise FetchError(f"its answer is larger than {max_bytes} bytes")
    text = response.body.decode("utf-8", "replace")
    if "html" in response.content_type or text.lstrip().startswith("<"):
        raise FetchError("it answered HTML and no JWKS: Better Auth serves its keys at /api/auth/jwks")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        # The parser's own message repeats a part of the text.
        raise FetchError("its answer is not JSON") from None


def _get(url: str, max_bytes: int, timeout: float) -> JwksResponse:
    parts = urlsplit(url)
    ends = time.monotonic() + timeout
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(
            parts.hostname or "", parts.port, timeout=timeout, context=context
        )
    else:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    # A timeout of a socket counts from each byte. This ends the whole.
    alarm = threading.Timer(timeout, _cut_off, [connection])
    alarm.daemon = True
    alarm.start()
    try:
        target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        connection.request("GET", target, headers=_HEADERS)
        response = connection.getresponse()
        body = bytearray()
        while response.status == 200 and len(body) <= max_bytes:
            chunk = response.read(min(_CHUNK, max_bytes + 1 - len(body)))
            if not chunk:
                break
            body += chunk
        if time.monotonic() > ends:
            raise FetchError(f"no answer within {timeout:g} s")
        return JwksResponse(response.status, bytes(body), response.getheader("content-type") or "")
    finally:
        alarm.cancel()
        connection.close()


def _cut_off(connection: http.client.HTTPConnection) -> None:
    open_socket = connection.sock
    if open_socket is None:
        return
    with contextlib.suppress(OSError):
        open_socket.shutdown(socket.SHUT_RDWR)
