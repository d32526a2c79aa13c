"""Sockets that end with their token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import AuthError
from ..principal import Principal
from ..problem import Refusal
from .answer import close_message
from .subprotocol import ANNOUNCEMENT

if TYPE_CHECKING:
    from .admission import Admission

_PREFIX = "usher.renew "

# Seconds between two looks at a socket: half of the second within which it is closed once its token has
# ended. A client that does not answer the close frame is cut off after the same time.
_INTERVAL = 0.5


class SocketSession:
    """The connection of one user, from its upgrade to its close. Get it with ``usher.session(websocket)``."""

    def __init__(self, admission: Admission, principal: Principal, token: str) -> None:
        self._admission = admission
        self._principal = principal
        self._token = token
        self._given = 0
        self._counting = 0
        self.refused: Refusal | None = None

    @property
    def principal(self) -> Principal:
        """The user of the newest token that was accepted. Its ``id`` never changes; do not keep it in a
        variable."""
        return self._principal

    async def renew(self, token: object) -> None:
        """Take a fresh token, so that the socket outlives the one that opened it.

        It must be of the same user and, where the former one had a ``sid``, of the same session, and it must
        fit the path. A token that is refused closes the socket. One that cannot be judged at the moment (503)
        changes nothing. Of several, the one that was given last counts. The client may also send the text
        ``usher.renew <token>``, which does the same and does not reach the handler.
        """
        self._given += 1
        number = self._given
        try:
            verified = await self._admission.usher.verifier.verify(token)  # type: ignore[arg-type]
            self._accept(str(token), verified, number)
        except AuthError as error:
            self._end(error, is_renewal=True)

    def check(self) -> None:
        """Verify the token again, mostly out of the cache: that sees its end, its revocation and a withdrawn
        key."""
        try:
            self._admission.usher.verifier.verify_sync(self._token)
        except AuthError as error:
            self._end(error)

    def _accept(self, token: str, renewed: Principal, number: int) -> None:
        former = self._principal
        if renewed.id != former.id or former.session_id not in (None, renewed.session_id):
            raise AuthError("owner_mismatch", hint="the fresh token is of another user or session")
        self._admission.authorize(renewed)
        if number > self._counting:
            self._counting, self._token, self._principal = number, token, renewed
            self._admission.principal = renewed

    def _end(self, error: AuthError, is_renewal: bool = False) -> None:
        refusal = self._admission.usher.refusal_of(error)
        if self.refused is None and not (is_renewal and refusal.status == 503):
            self._admission.usher.tell_rejected(error)
            self.refused = refusal


async def serve_socket(
    app: ASGIApp, admission: Admission, scope: Scope, receive: Receive, send: Send
) -> None:
    """Serve a WebSocket, and close it within a second after its token has ended. The handler needs no code
    for it."""
    is_closed = False

    async def sending(message: Message) -> None:
        nonlocal is_closed
        if is_closed:
            return
        if message["type"] == "websocket.accept":
            admission.is_socket_open = True
            message = _with_subprotocol(message, scope)
        elif message["type"] == "websocket.close":
            is_closed = True
        await send(message)

    async def receiving() -> Message:
        while True:
            message = await receive()
            fresh = _read_renewal(message)
            if fresh is None or admission.session is None:
                return message
            await admission.session.renew(fresh)

    async def watch(scope_of_app: anyio.CancelScope) -> None:
        while True:
            await anyio.sleep(_INTERVAL)
            session = admission.session
            if session is None or not admission.is_socket_open:
                continue
            if session.refused is None:
                session.check()
            if session.refused is not None:
                await sending(close_message(session.refused))
                await anyio.sleep(_INTERVAL)
                scope_of_app.cancel()
                return

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watch, tasks.cancel_scope)
        await app(scope, receiving, sending)
        tasks.cancel_scope.cancel()


def _with_subprotocol(message: Message, scope: Scope) -> Message:
    """A browser that offered subprotocols wants one of them chosen."""
    offered = scope.get("subprotocols") or ()
    if message.get("subprotocol") is None and ANNOUNCEMENT in offered:
        return {**message, "subprotocol": ANNOUNCEMENT}
    return message


def _read_renewal(message: Message) -> str | None:
    if message["type"] != "websocket.receive":
        return None
    text, data = message.get("text"), message.get("bytes")
    if text is None and data is not None and data.startswith(_PREFIX.encode()):
        text = data.decode("utf-8", "replace")
    return text[len(_PREFIX) :] if text is not None and text.startswith(_PREFIX) else None
