"""The public face of the guard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from ..env import verifier_from_env
from ..errors import AuthError, ConfigurationError
from ..listener import safe_listener
from ..log_text import logger
from ..logout import LogoutEvent
from ..owner import Owner, OwnerException, OwnerRule, read_owner
from ..policy import Policy, check_policies, read_policies
from ..principal import Principal
from ..problem import Refusal, create_refusals
from ..revocation import Revocations
from ..verifier import Verifier
from .admission import Admission, admissions_of
from .answer import answer, close_message
from .gate import install_gates
from .logout import add_logout_route
from .marks import EVERY_USHER, Marked, mark_public, state_rule
from .middleware import GuardMiddleware
from .openapi import document
from .problems import install_problems
from .routes import GuardedRoute, list_routes
from .websocket import SocketSession

App = TypeVar("App", bound=Starlette)

# Characters that need no escape in a quoted-string (RFC 9110 section 5.6.4).
_PLAIN_TEXT = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")

_LONGEST_HINT = 1000


@dataclass(frozen=True)
class RejectEvent:
    """A rejected request. Do not log the connection: its headers contain the token."""

    error: AuthError
    connection: HTTPConnection | None = field(repr=False)


@dataclass(frozen=True)
class AcceptEvent:
    """An accepted request."""

    principal: Principal
    connection: HTTPConnection = field(repr=False)


@dataclass(frozen=True)
class OwnerExceptionEvent:
    """A request to a path that belongs to someone else, admitted by the owner rule of its route."""

    principal: Principal
    exceptions: tuple[OwnerException, ...]
    connection: HTTPConnection = field(repr=False)


def public(endpoint: Marked) -> Marked:
    """Mark a handler, or an application to mount, as public for every Usher. See :meth:`Usher.public`."""
    return mark_public(endpoint, EVERY_USHER)


class Usher:
    """Guards an application: every route requires a valid token, unless it is marked public.

    Does not check ids in bodies and queries; let the database restrict those.
    """

    def __init__(
        self,
        verifier: Verifier,
        *,
        owner: Owner = "user_id",
        conceal_owner_mismatch: bool = False,
        realm: str = "api",
        on_reject: Callable[[RejectEvent], object] | None = None,
        on_accept: Callable[[AcceptEvent], object] | None = None,
        on_owner_exception: Callable[[OwnerExceptionEvent], object] | None = None,
    ) -> None:
        """Validate every option.

        :param owner: the path parameter, or parameters, that must equal the user's id on every route that has
            them; ``{"user_id": "sub", "org_id": "org"}`` names the claim for each. None: no path contains an
            id.
        :param conceal_owner_mismatch: answer another user's path with 404, like a path that does not exist.
        :param realm: the ``realm`` of the challenge: printable ASCII without quotes and backslashes.
        :param on_reject: called for each rejected request, with the hint that the client does not get. It may
            raise, and may be asynchronous; the request does not wait for it.
        :param on_accept: called for each accepted request; otherwise like ``on_reject``.
        :param on_owner_exception: called when a route's owner rule admits someone else to a path, once for
            each request; otherwise like ``on_reject``. For an audit log.
        :raises ConfigurationError: an invalid option.
        """
        if not isinstance(verifier, Verifier):
            raise ConfigurationError("verifier: give Verifier(...), or use Usher.from_env().")
        if not isinstance(realm, str) or _PLAIN_TEXT.fullmatch(realm) is None:
            raise ConfigurationError('realm: printable ASCII without `"` and `\\`.')
        self.verifier = verifier
        self.owner: Mapping[str, str] = read_owner(owner)
        self._refusals = create_refusals(realm, conceal_owner_mismatch is True)
        self._tell_rejected = safe_listener(on_reject, "on_reject")
        self._tell_accepted = safe_listener(on_accept, "on_accept")
        self._has_accept_listener = on_accept is not None
        self._tell_exception = safe_listener(on_owner_exception, "on_owner_exception")

    @classmethod
    def from_env(
        cls,
        env: Mapping[str, str] | None = None,
        *,
        revocations: Revocations | None = None,
        owner: Owner = "user_id",
        conceal_owner_mismatch: bool = False,
        realm: str = "api",
        on_reject: Callable[[RejectEvent], object] | None = None,
        on_accept: Callable[[AcceptEvent], object] | None = None,
        on_owner_exception: Callable[[OwnerExceptionEvent], object] | None = None,
    ) -> Usher:
        """Create an Usher with :func:`usher_auth.verifier_from_env`.

        :raises ConfigurationError: a variable is missing or invalid. The message says which, and no value.
        """
        return cls(
            verifier_from_env(env, revocations=revocations),
            owner=owner,
            conceal_owner_mismatch=conceal_owner_mismatch,
            realm=realm,
            on_reject=on_reject,
            on_accept=on_accept,
            on_owner_exception=on_owner_exception,
        )

    def protect(self, app: App, *, public_docs: bool = False, problems: bool = True) -> App:
        """Guard an application, before it serves requests. Routes may be added before and after.

        Everything below it is guarded: routers, mounted applications, WebSockets, static files, unknown
        paths. A route with a parameter that is spelt almost like an owner parameter is refused at the start.

        :param public_docs: whether FastAPI's own documentation is public.
        :param problems: answer the framework's own errors (404, 405, 422 …) with a problem body as well. A
            handler that the application has set for them stays.
        :returns: the application.
        :raises ConfigurationError: not a Starlette or FastAPI application, one that has started, or one that
            has an Usher already.
        """
        if not isinstance(app, Starlette):
            raise ConfigurationError("protect: give a FastAPI or Starlette application.")
        if any(_is_guard(layer) for layer in app.user_middleware):
            raise ConfigurationError("protect: this application has an Usher already.")
        if app.middleware_stack is not None:
            raise ConfigurationError("protect: call it before the application serves requests.")
        install_gates()
        # At the end, so that it is the innermost, whatever is added later.
        app.user_middleware.append(Middleware(GuardMiddleware, usher=self, root=app))
        if problems:
            install_problems(app)
        document(app, self, public_docs)
        return app

    def public(self, endpoint: Marked) -> Marked:
        """Mark a handler as public: it accepts requests without a token, and has no principal.

        Also marks an application to mount: ``app.mount("/static",
        usher.public(StaticFiles(directory="static")))``. Everything below is then public. Write it directly
        above the handler, below the route::

            @app.get("/health")
            @usher.public
            def health() -> dict[str, str]:
                return {"status": "ok"}
        """
        return mark_public(endpoint, self)

    def optional(self, endpoint: Marked) -> Marked:
        """Mark a handler as one that accepts requests without a token. A token that is sent must be valid.

        Its path is not restricted to its owner, since anyone may call it. The handler reads
        :meth:`optional_principal`.
        """
        return state_rule(mark_public(endpoint, self), self, None)

    def owner_or(
        self, *others: Policy, params: Iterable[str] = (), clients: Iterable[Policy] = ()
    ) -> Callable[[Marked], Marked]:
        """State who else may use a handler's route, although its path belongs to someone else::

            @app.get("/users/{user_id}/orders")
            @usher.owner_or(require_claim(lambda claims: claims.get("role") == "support", "role support"))
            def orders(user_id: str) -> list[str]: ...

        :param others: other users who satisfy all of these policies.
        :param params: the owner parameters that ``others`` is for. Required if the path has several; without
            it, no one else is admitted.
        :param clients: OAuth clients that act for themselves and satisfy all of these policies.
        :raises ConfigurationError: no policy, or something else.
        """
        names = (params,) if isinstance(params, str) else tuple(params)
        stranger = next((name for name in names if name not in self.owner), None)
        if stranger is not None:
            raise ConfigurationError(f'owner_or: "{stranger}" is no owner parameter.')
        rule = OwnerRule(
            read_policies(others, "owner_or"), names, read_policies(clients, "owner_or: clients")
        )
        return lambda endpoint: state_rule(endpoint, self, rule)

    def optional_principal(self, connection: HTTPConnection) -> Principal | None:
        """Return the user of the verified token, or None: ``Depends(usher.optional_principal)``.

        :raises AuthError: ``credentials_missing``: the route is public, so no token was verified.
        """
        admission = self._admission_of(connection)
        if admission.is_public and not admission.is_optional:
            raise AuthError("credentials_missing", hint="the route is public, and verifies no token")
        return admission.principal

    def principal(self, connection: HTTPConnection) -> Principal:
        """Return the user of the verified token: ``principal: Principal = Depends(usher.principal)``.

        :raises AuthError: ``credentials_missing``: the route is public.
        :raises ConfigurationError: this Usher does not guard the application.
        """
        admission = self._admission_of(connection)
        if admission.principal is None or admission.is_public:
            raise AuthError(
                "credentials_missing", hint="the route is public, and its handler asks for the principal"
            )
        return admission.principal

    def require(self, *policies: Policy) -> Callable[[HTTPConnection], Principal]:
        """Create a dependency that requires policies, for a route or a router::

            @app.post("/tasks", dependencies=[Depends(usher.require(require_scopes("tasks:write")))])

        It returns the principal. A request that fails gets a 403 with the code ``scope_insufficient``.

        :raises ConfigurationError: no policy, or something else.
        """
        required = read_policies(policies, "require")
        if not required:
            raise ConfigurationError("require: name the policies, such as require_scopes(...).")

        def check(connection: HTTPConnection) -> Principal:
            principal = self.principal(connection)
            check_policies(principal, required, self.verifier.clock())
            return principal

        # FastAPI reads the types of a dependency; those of this file are texts.
        check.__annotations__ = {"connection": HTTPConnection, "return": Principal}
        return check

    def session(self, websocket: HTTPConnection) -> SocketSession:
        """Return the session of a guarded WebSocket.

        :raises AuthError: ``credentials_missing``: its route is public.
        """
        session = self._admission_of(websocket).session
        if session is None:
            raise AuthError("credentials_missing", hint="this WebSocket has no session: its route is public")
        return session

    def backchannel_logout(
        self,
        app: Starlette,
        path: str = "/backchannel-logout",
        *,
        on_logout: Callable[[LogoutEvent], object] | None = None,
    ) -> None:
        """Add the public route that an issuer calls when a session ends: ``POST /backchannel-logout``.

        :raises ConfigurationError: the verifier has no revocations.
        """
        add_logout_route(self, app, path, on_logout)

    def routes(self, app: Starlette) -> list[GuardedRoute]:
        """List each route of an application with what guards it. Compare it with a snapshot in a test."""
        return list(list_routes(app.routes, self, self.owner))

    def refusal_of(self, error: AuthError) -> Refusal:
        """The complete response to an error."""
        return self._refusals.of(error)

    async def refuse(
        self, error: AuthError, admission: Admission, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer a rejected request, log it and tell ``on_reject``."""
        # First, before a listener can change the error.
        refusal = self.refusal_of(error)
        admission.is_decided = True
        self.tell_rejected(error, scope)
        if scope["type"] == "websocket" and admission.is_socket_open:
            await send(close_message(refusal))
        else:
            await answer(refusal, scope, receive, send)

    def tell_rejected(self, error: AuthError, scope: Scope | None = None) -> None:
        """Log a refusal, with the hint that the client does not get."""
        logger.info("request refused: %s (%s)", error.code, (error.hint or "")[:_LONGEST_HINT])
        self._tell_rejected(RejectEvent(error, None if scope is None else HTTPConnection(scope)))

    def tell_accepted(self, principal: Principal, scope: Scope) -> None:
        """Tell ``on_accept``."""
        if self._has_accept_listener:
            self._tell_accepted(AcceptEvent(principal, HTTPConnection(scope)))

    def tell_exception(
        self, principal: Principal, exceptions: tuple[OwnerException, ...], scope: Scope
    ) -> None:
        """Tell ``on_owner_exception``."""
        self._tell_exception(OwnerExceptionEvent(principal, exceptions, HTTPConnection(scope)))

    def _admission_of(self, connection: HTTPConnection) -> Admission:
        for admission in admissions_of(connection.scope):
            if admission.usher is self:
                return admission
        raise ConfigurationError("this Usher does not guard the application: call usher.protect(app).")


def _is_guard(layer: Any) -> bool:
    return layer.cls is GuardMiddleware
