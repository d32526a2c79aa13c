"""One request at one Usher: from its credentials to the verdict at its route."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from starlette.types import Scope

from ..bearer import has_query_token, read_bearer
from ..errors import AuthError
from ..owner import OwnerException, OwnerRule, check_owner, meant_owner
from ..principal import Principal
from .marks import is_optional, is_public, owner_rule_of
from .routes import inner_routes, is_mount, is_public_mount, takes_method
from .subprotocol import take_subprotocol_token
from .websocket import SocketSession

if TYPE_CHECKING:
    from .usher import Usher

SCOPE_KEY = "usher_auth"


class Admission:
    """Lives in the scope of its request."""

    def __init__(self, usher: Usher, scope: Scope) -> None:
        self.usher = usher
        self.principal: Principal | None = None
        self.session: SocketSession | None = None
        self.is_public = False
        """Whether the route, or a mount above it, is public."""
        self.is_decided = False
        """Whether a route was entered, or the request refused. Any other response needs a token all the
        same."""
        self.is_started = False
        """Whether a response has begun."""
        self.is_socket_open = False
        """Whether a WebSocket was accepted."""
        self.is_preflight = _is_preflight(scope)
        self._is_accepted = False
        self._is_open_below = False
        self._params: list[Mapping[str, object]] = []
        self._rule: OwnerRule | None = None
        self.is_optional = False
        """Whether a token is optional at the route."""
        fields = [
            value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"authorization"
        ]
        if scope["type"] == "websocket":
            fields += take_subprotocol_token(scope)
        in_query = has_query_token(scope.get("query_string", b""))
        self._has_credentials = bool(fields) or in_query
        try:
            self.token: str | None = read_bearer(fields, in_query)
            self._fault: AuthError | None = None
        except AuthError as error:
            self.token, self._fault = None, error
        if self.is_preflight:
            # A browser sends no token with one. A CORS middleware may answer it, and no handler runs for it.
            self.token = None
            self._fault = AuthError(
                "credentials_missing", hint="a preflight that no CORS middleware answered"
            )

    def authenticate_now(self) -> bool:
        """Verify the token, if no keys have to be fetched for it."""
        if self.principal is None and self.token is not None:
            try:
                self.principal = self.usher.verifier.verify_sync(self.token)
            except AuthError:
                return False
        return self.principal is not None

    async def authenticate(self) -> Principal:
        """Verify the token.

        :raises AuthError: why there is no principal.
        """
        if self.principal is None:
            if self.token is None:
                raise self._fault or AuthError("credentials_missing")
            self.principal = await self.usher.verifier.verify(self.token)
        return self.principal

    async def enter(self, route: Any, scope: Scope) -> None:
        """Decide at a route whether the request may enter, on the parameters that its handler gets.

        :raises AuthError: it may not.
        """
        params = dict(scope.get("path_params") or {})
        if is_mount(route):
            self._is_open_below = self._is_open_below or is_public_mount(route, self.usher)
            self.is_public = self._is_open_below
            if not self.is_public and inner_routes(route.app) is not None:
                # A route below decides. What this mount took from the path must not be lost until then.
                self._params.append(params)
                return
        else:
            # Of this route alone: a public handler may pass its request on to a guarded one.
            endpoint = getattr(route, "endpoint", None)
            is_marked = is_public(endpoint, self.usher) and takes_method(route, scope)
            self.is_public = self._is_open_below or is_marked
            self.is_optional = is_marked and is_optional(endpoint, self.usher)
            self._rule = owner_rule_of(endpoint, self.usher)
        if self.is_optional and self._has_credentials:
            self._accept(await self.authenticate(), scope)
        if not self.is_public:
            principal = await self.authenticate()
            self._params.append(params)
            exceptions = self.authorize(principal)
            if exceptions and not self._is_accepted:
                self.usher.tell_exception(principal, exceptions, scope)
            self._accept(principal, scope)
        self.is_decided = True

    def authorize(self, principal: Principal) -> tuple[OwnerException, ...]:
        """Compare the path with a principal. A mount's parameter counts, even if a route below replaced it.

        :raises AuthError: ``owner_mismatch``, or the code of a policy of the route's owner rule.
        """
        owner, rule = self.usher.owner, self._rule
        # A set: the class of a route may call that of its parent, which enters again.
        names = {name for level in self._params for name in level if name in owner}
        if rule is not None and rule.others and not rule.params and len(names) > 1:
            # It does not say which of them it is for.
            rule = replace(rule, others=()) if rule.clients else None
        now = self.usher.verifier.clock()
        exceptions: list[OwnerException] = []
        for level in self._params:
            for name in level:
                meant = meant_owner(name, owner)
                if meant is not None:
                    hint = (
                        f'the route\'s parameter "{name}" is not compared with its owner, since owner says '
                        f'"{meant}": '
                        "spell them alike, or list both"
                    )
                    raise AuthError("owner_mismatch", hint=hint)
            exceptions += check_owner(principal, level, owner, rule, now)
        return tuple(exceptions)

    def _accept(self, principal: Principal, scope: Scope) -> None:
        # The class of a route may call that of its parent, which enters again.
        if self._is_accepted:
            return
        self._is_accepted = True
        if scope["type"] == "websocket":
            self.session = SocketSession(self, principal, self.token or "")
        self.usher.tell_accepted(principal, scope)


def admissions_of(scope: Mapping[str, Any]) -> tuple[Admission, ...]:
    """Those of every Usher above, the outermost first."""
    found: tuple[Admission, ...] = scope.get(SCOPE_KEY, ())
    return found


def _is_preflight(scope: Scope) -> bool:
    """Fetch standard, "CORS-preflight request"."""
    if scope["type"] != "http" or scope["method"] != "OPTIONS":
        return False
    names = {name.lower() for name, _ in scope["headers"]}
    return b"origin" in names and b"access-control-request-method" in names
