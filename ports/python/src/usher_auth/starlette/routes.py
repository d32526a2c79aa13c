"""The routes of an application, as they are at the moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Host, Match, Mount, Router

from ..errors import ConfigurationError
from ..owner import exception_names, meant_owner
from .marks import is_optional, is_public, owner_rule_of

try:
    # FastAPI keeps included routers as they are, and works out their routes when they are asked for.
    from fastapi.routing import iter_route_contexts as _iter_route_contexts
except ImportError:
    _iter_route_contexts = None  # type: ignore[assignment]

# How many layers of middleware around a mounted application are looked through.
_MOST_LAYERS = 32


@dataclass(frozen=True)
class GuardedRoute:
    """What guards one route."""

    path: str
    """The pattern, with the paths of the mounts above it."""
    methods: tuple[str, ...]
    """Empty for a WebSocket, a mounted application, and a class of handlers."""
    public: bool
    """Whether the route accepts requests without a token."""
    owner_params: tuple[str, ...]
    """The parameters that must equal a claim. Empty: the route accepts every user with a valid token."""
    optional_auth: bool = False
    """Whether a token is optional. One that is sent must be valid."""
    exceptions: tuple[str, ...] = ()
    """Who else is accepted, in words: the exceptions to the owner that the route states."""


def effective(routes: Iterable[Any]) -> Iterator[Any]:
    """Each route with the path that it is reached by; those of included routers one by one."""
    if _iter_route_contexts is None:
        yield from routes
    else:
        yield from _iter_route_contexts(list(routes))


def original(route: Any) -> Any:
    """The route itself."""
    return getattr(route, "original_route", None) or route


def inner_routes(app: object) -> list[Any] | None:
    """The routes of a mounted application, through layers of middleware; None if it has none that are
    known."""
    for _ in range(_MOST_LAYERS):
        if isinstance(app, (Starlette, Router)):
            return list(app.routes)
        following = getattr(app, "app", None)
        if following is None or following is app:
            return None
        app = following
    return None


def is_mount(route: object) -> bool:
    """Whether a route hands over to another application."""
    return isinstance(original(route), (Mount, Host))


def mounted_app(route: Any) -> Any:
    """The application as it was mounted, without the mount's own middleware."""
    source = original(route)
    return getattr(source, "_base_app", None) or source.app


def is_public_mount(route: Any, owner: object) -> bool:
    """Whether the mounted application is marked as public."""
    return is_public(mounted_app(route), owner) or is_public(getattr(original(route), "app", None), owner)


def takes_method(route: Any, scope: Mapping[str, Any]) -> bool:
    """Whether the route takes the request's method. Any other is answered with 405, which is not public."""
    methods = getattr(route, "methods", None)
    return scope["type"] != "http" or not methods or scope["method"] in methods


def may_be_public(routes: Iterable[Any], scope: Mapping[str, Any], owner: object) -> bool:
    """Whether a public route matches. It decides nothing: whether the request gets there shows at the
    route."""
    for route in effective(routes):
        if is_mount(route):
            match, child = route.matches(dict(scope))
            if match is Match.NONE:
                continue
            if is_public_mount(route, owner):
                return True
            inner = inner_routes(original(route).app)
            if inner is not None and may_be_public(inner, {**scope, **child}, owner):
                return True
        elif (
            is_public(getattr(route, "endpoint", None), owner)
            and takes_method(route, scope)
            and route.matches(dict(scope))[0] is Match.FULL
        ):
            return True
    return False


def list_routes(
    routes: Iterable[Any], owner: object, owner_params: Iterable[str], prefix: str = "", above: bool = False
) -> Iterator[GuardedRoute]:
    """Every route, those of mounted applications too."""
    names = tuple(owner_params)
    for route in effective(routes):
        path = prefix + str(getattr(route, "path", None) or getattr(route, "host", ""))
        if is_mount(route):
            is_open = above or is_public_mount(route, owner)
            inner = inner_routes(original(route).app)
            if inner is not None:
                yield from list_routes(inner, owner, names, path, is_open)
                continue
        else:
            is_open = above or is_public(getattr(route, "endpoint", None), owner)
        endpoint = None if is_mount(route) else getattr(route, "endpoint", None)
        rule = None if is_open else owner_rule_of(endpoint, owner)
        yield GuardedRoute(
            optional_auth=is_optional(endpoint, owner),
            exceptions=() if rule is None else exception_names(rule),
            path=path,
            methods=tuple(sorted(getattr(route, "methods", None) or ())),
            public=is_open,
            owner_params=() if is_open else tuple(name for name in names if f"{{{name}}}" in _plain(path)),
        )


def check_spelling(routes: Iterable[Any], owner_params: Iterable[str], prefix: str = "") -> None:
    """Refuse a parameter that is spelt almost like an owner parameter. It would silently go unchecked.

    :raises ConfigurationError: the route, and what to do.
    """
    names = tuple(owner_params)
    for route in effective(routes):
        path = prefix + str(getattr(route, "path", None) or getattr(route, "host", ""))
        for name in getattr(route, "param_convertors", None) or {}:
            meant = meant_owner(name, names)
            if meant is not None:
                raise ConfigurationError(
                    f'{path}: the parameter "{name}" is not compared with its owner, since owner says '
                    f'"{meant}". '
                    "Spell them alike, or list both."
                )
        if is_mount(route):
            check_spelling(inner_routes(original(route).app) or (), names, path)


def _plain(path: str) -> str:
    """A pattern without its converters: ``{user_id:int}`` becomes ``{user_id}``."""
    parts = path.split("{")
    return "{".join([parts[0], *(part.partition("}")[0].partition(":")[0] + "}" for part in parts[1:])])
