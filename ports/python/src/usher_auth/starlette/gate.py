"""The gate in front of every route.

Routers differ between versions of Starlette and FastAPI: included routers, mounts, hosts, routes that are
made while a request is served. They all end in one call: ``route.handle(scope, receive, send)``, with the
parameters that the handler will get in the scope. So the gate stands in that method, of every class of
routes. It does nothing for requests that no Usher guards.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from ..errors import AuthError
from .admission import Admission, admissions_of

try:
    from fastapi.routing import _IncludedRouter
except ImportError:
    _IncludedRouter = None  # type: ignore[assignment, misc]

Handle = Callable[[Any, Scope, Receive, Send], Awaitable[None]]

_MARK = "__usher_auth_gate__"


def install_gates() -> None:
    """Put the gate into every class of routes that has none yet: classes may be defined at any time."""
    for kind in _classes(BaseRoute):
        handle = vars(kind).get("handle")
        # An included router only chooses one of its routes.
        if handle is not None and not hasattr(handle, _MARK) and kind is not _IncludedRouter:
            setattr(kind, "handle", _gated(handle))  # noqa: B010 - mypy: a method is not assigned to


def _classes(kind: type[Any]) -> Iterator[type[Any]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _classes(child)


def _gated(handle: Handle) -> Handle:
    @functools.wraps(handle)
    async def gated(route: Any, scope: Scope, receive: Receive, send: Send) -> None:
        admissions = admissions_of(scope)
        if not admissions:
            await handle(route, scope, receive, send)
            return
        for admission in admissions:
            try:
                await admission.enter(route, scope)
            except AuthError as error:
                await admission.usher.refuse(error, admission, scope, receive, send)
                return
        try:
            await handle(route, scope, receive, send)
        except AuthError as error:
            # Of a dependency, or of the handler itself.
            await _refuse_late(error, admissions[-1], scope, receive, send)

    setattr(gated, _MARK, True)
    return gated


async def _refuse_late(
    error: AuthError, admission: Admission, scope: Scope, receive: Receive, send: Send
) -> None:
    if admission.is_started and scope["type"] != "websocket":
        raise error
    await admission.usher.refuse(error, admission, scope, receive, send)
