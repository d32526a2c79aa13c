"""Sends refusals over ASGI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from ..problem import Refusal

CLOSE_CODE = 4000
"""Close codes from 4000 on are the application's (RFC 6455 section 7.4.2): 4000 and the HTTP status."""


async def answer(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request, or an upgrade that was not accepted yet."""
    if scope["type"] == "websocket":
        await _deny(refusal, scope, receive, send)
        return
    await send({"type": "http.response.start", "status": refusal.status, "headers": raw_headers(refusal)})
    await send({"type": "http.response.body", "body": refusal.body})


def close_message(refusal: Refusal) -> Message:
    """The close frame of an accepted WebSocket."""
    return {"type": "websocket.close", "code": CLOSE_CODE + refusal.status, "reason": refusal.code}


def raw_headers(refusal: Refusal) -> list[tuple[bytes, bytes]]:
    """The headers, with the length of the body."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in refusal.headers]
    return [*headers, (b"content-length", str(len(refusal.body)).encode())]


async def _deny(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    """Over HTTP where the server can; otherwise it answers the close of an unaccepted WebSocket with 403."""
    extensions: Mapping[str, Any] = scope.get("extensions") or {}
    if "websocket.http.response" not in extensions:
        await send(close_message(refusal))
        return
    await send(
        {"type": "websocket.http.response.start", "status": refusal.status, "headers": raw_headers(refusal)}
    )
    await send({"type": "websocket.http.response.body", "body": refusal.body})
