"""The route that an issuer calls when a session ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from ..log_text import logger
from ..logout import LONGEST_LOGOUT_FORM, LogoutEndpoint, LogoutEvent
from .marks import mark_public

if TYPE_CHECKING:
    from .usher import Usher

# Seconds in which a sender must send the body.
_LONGEST_WAIT = 10.0


def add_logout_route(
    usher: Usher, app: Starlette, path: str, on_logout: Callable[[LogoutEvent], object] | None
) -> None:
    """Add the public route."""
    endpoint = LogoutEndpoint(usher.verifier, on_logout)

    async def backchannel_logout(request: Request) -> Response:
        answer = await endpoint.receive(request.headers.get("content-type"), await _read_body(request))
        if answer.status == 200:
            logger.info("logout recorded")
        else:
            logger.warning("logout refused: %s", answer.code)
        return Response(answer.body, answer.status, dict(answer.headers))

    mark_public(backchannel_logout, usher)
    app.router.add_route(path, backchannel_logout, methods=["POST"], include_in_schema=False)


async def _read_body(request: Request) -> bytes | None:
    """A body that is interrupted, too long or too slow is None."""
    try:
        return await asyncio.wait_for(_read_stream(request), _LONGEST_WAIT)
    except (ClientDisconnect, TimeoutError, asyncio.TimeoutError):
        return None


async def _read_stream(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_LOGOUT_FORM:
            return None
    return bytes(body)
