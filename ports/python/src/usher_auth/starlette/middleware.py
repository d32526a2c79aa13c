"""The middleware that guards an application.

It verifies the token before anything is routed. Only a request that may reach a public route goes on without
one, and is judged at its route.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import AuthError, ConfigurationError
from ..log_text import logger
from .admission import SCOPE_KEY, Admission, admissions_of
from .gate import install_gates
from .routes import check_spelling, may_be_public
from .websocket import serve_socket

if TYPE_CHECKING:
    from .usher import Usher


class GuardMiddleware:
    """Innermost of an application's middleware: a CORS middleware is outside, and sees refusals too."""

    def __init__(self, app: ASGIApp, usher: Usher, root: Any) -> None:
        self.app, self._usher, self._root = app, usher, root
        self._is_checked = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        install_gates()
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
            return
        if scope["type"] not in ("http", "websocket"):
            raise ConfigurationError(f"usher cannot guard a connection of the type {scope['type']!r}.")
        self._check()
        admission = Admission(self._usher, scope)
        scope[SCOPE_KEY] = (*admissions_of(scope), admission)
        guarded_send = self._guard_send(admission, scope, receive, send)
        if not admission.authenticate_now() and not self._may_go_on(admission, scope):
            try:
                await admission.authenticate()
            except AuthError as error:
                await self._usher.refuse(error, admission, scope, receive, guarded_send)
                return
        if scope["type"] == "websocket":
            await serve_socket(self.app, admission, scope, receive, guarded_send)
        else:
            await self.app(scope, receive, guarded_send)

    def _may_go_on(self, admission: Admission, scope: Scope) -> bool:
        return admission.is_preflight or may_be_public(self._root.routes, scope, self._usher)

    def _check(self) -> None:
        """Once, at the start. A route that is added later is refused when it is asked for."""
        if not self._is_checked:
            check_spelling(self._root.routes, self._usher.owner)
            self._is_checked = True

    def _guard_send(self, admission: Admission, scope: Scope, receive: Receive, send: Send) -> Send:
        """No response leaves without a verdict: only users learn that a path does not exist."""
        is_replaced = False

        async def guarded(message: Message) -> None:
            nonlocal is_replaced
            if is_replaced:
                return
            if message["type"] in _STARTS and not admission.is_started:
                admission.is_started = True
                if not admission.is_decided and not _answers_preflight(admission, message):
                    try:
                        await admission.authenticate()
                    except AuthError as error:
                        is_replaced = True
                        await self._usher.refuse(error, admission, scope, receive, send)
                        return
            await send(message)

        return guarded

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._check()
        except ConfigurationError as error:
            await receive()
            # Servers take an exception for an application without a lifespan, and would start it.
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise

        async def following(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete":
                await self._get_ready()
            if message["type"] in ("lifespan.shutdown.complete", "lifespan.shutdown.failed"):
                await self._usher.verifier.close()
            await send(message)

        await self.app(scope, receive, following)

    async def _get_ready(self) -> None:
        """An issuer that is down must not keep the API from starting: it answers 503 meanwhile."""
        try:
            await self._usher.verifier.ready()
        except AuthError as error:
            logger.warning("not ready yet: %s (%s)", error.code, error.hint)


_STARTS = frozenset(
    {"http.response.start", "websocket.accept", "websocket.close", "websocket.http.response.start"}
)


def _answers_preflight(admission: Admission, message: Message) -> bool:
    """Whether it is the answer of a CORS middleware below, such as that of a mounted application."""
    return admission.is_preflight and any(
        name.lower() == b"access-control-allow-methods" for name, _ in message.get("headers") or ()
    )
