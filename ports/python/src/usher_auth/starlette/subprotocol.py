"""The token among the subprotocols of a WebSocket.

It is the one header that a browser lets a page choose (RFC 6455 section 11.3.4): ``bearer, <token>``. A JWT
is a legal subprotocol, since all of its characters are token characters (RFC 9110 section 5.6.2).
"""

from __future__ import annotations

from starlette.types import Scope

ANNOUNCEMENT = "bearer"
"""The subprotocol that announces a token: the next one in the list is it."""

_HEADER = b"sec-websocket-protocol"


def take_subprotocol_token(scope: Scope) -> list[str]:
    """Take the token out of the request, so that no server sends it back, nor logs it.

    :returns: it as an ``Authorization`` field; none if no subprotocol announces a token.
    """
    lines = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == _HEADER]
    # Several lines are one list. Servers that have parsed it say so in the scope.
    offered = [name.strip() for line in lines for name in line.split(",")] or list(
        scope.get("subprotocols") or ()
    )
    if ANNOUNCEMENT not in offered:
        return []
    position = offered.index(ANNOUNCEMENT) + 1
    token = offered.pop(position) if position < len(offered) else ""
    scope["subprotocols"] = offered
    scope["headers"] = [
        *((name, value) for name, value in scope["headers"] if name.lower() != _HEADER),
        (_HEADER, ", ".join(offered).encode("latin-1")),
    ]
    return [f"Bearer {token}"]
