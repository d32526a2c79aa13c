"""What reaches a handler of FastAPI, and what does not."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Host, Mount, Route, Router
from starlette.staticfiles import StaticFiles
from starlette.testclient import TestClient

from usher_auth import AuthError, ConfigurationError, Principal, Usher, public, require_claim, require_scopes

from .conftest import bearer, make_verifier


class Ran(list[str]):
    """Which handlers ran."""


@pytest.fixture
def ran() -> Ran:
    return Ran()


@pytest.fixture
def app(usher: Usher, ran: Ran) -> FastAPI:
    app = FastAPI()
    usher.protect(app)

    @app.get("/health")
    @usher.public
    def health() -> dict[str, str]:
        ran.append("health")
        return {"status": "ok"}

    @app.get("/me")
    async def me(principal: Principal = Depends(usher.principal)) -> dict[str, str]:
        ran.append("me")
        return {"id": principal.id}

    @app.get("/api/{user_id}/tasks")
    def tasks(user_id: str, principal: Principal = Depends(usher.principal)) -> dict[str, str]:
        ran.append(f"tasks {user_id}")
        return {"owner": principal.id}

    router = APIRouter(prefix="/inner/{user_id}")

    @router.get("/notes")
    async def notes(user_id: str) -> dict[str, str]:
        ran.append(f"notes {user_id}")
        return {"owner": user_id}

    @router.get("/open")
    @usher.public
    async def open_notes(user_id: str) -> dict[str, str]:
        ran.append(f"open {user_id}")
        return {"owner": user_id}

    outer = APIRouter()
    outer.include_router(router, prefix="/v1")
    app.include_router(outer, prefix="/routers")

    sub = FastAPI()

    @sub.get("/{user_id}/files")
    async def files(user_id: str) -> dict[str, str]:
        ran.append(f"files {user_id}")
        return {"owner": user_id}

    @sub.get("/status")
    @usher.public
    async def status() -> dict[str, str]:
        ran.append("status")
        return {"status": "ok"}

    app.mount("/sub", sub)

    def plain(request: Request) -> PlainTextResponse:
        ran.append(f"plain {request.path_params}")
        return PlainTextResponse("plain")

    app.mount(
        "/owned/{user_id}", Starlette(routes=[Route("/plain", plain), Route("/again/{user_id}", plain)])
    )
    app.mount("/router", Router(routes=[Route("/{user_id:path}/deep", plain)]))

    async def opaque(scope: Any, receive: Any, send: Any) -> None:
        ran.append("opaque")
        await PlainTextResponse("opaque")(scope, receive, send)

    app.mount("/opaque", opaque)
    app.mount("/opaque-owned/{user_id}", opaque)
    return app


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app)


@pytest.mark.parametrize(
    "path",
    [
        "/me",
        "/api/alice/tasks",
        "/routers/v1/inner/alice/notes",
        "/sub/alice/files",
        "/owned/alice/plain",
        "/owned/alice/again/alice",
        "/router/alice/deep",
        "/opaque",
        "/opaque/x",
        "/opaque-owned/alice/x",
    ],
)
def test_a_route_requires_a_token(client: TestClient, ran: Ran, path: str) -> None:
    refused = client.get(path)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == 'Bearer realm="api"'
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "credentials_missing"
    assert ran == []
    assert client.get(path, headers=bearer("alice")).status_code == 200
    assert len(ran) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/api/bob/tasks",
        "/api/Alice/tasks",
        "/api/alice%20/tasks",
        "/api/%61lice%2561/tasks",
        "/routers/v1/inner/bob/notes",
        "/sub/bob/files",
        "/owned/bob/plain",
        "/owned/bob/again/alice",
        "/owned/alice/again/bob",
        "/router/bob/deep",
        "/router/alice/x/deep",
        "/opaque-owned/bob/x",
    ],
)
def test_a_path_belongs_to_its_user(client: TestClient, ran: Ran, path: str) -> None:
    refused = client.get(path, headers=bearer("alice"))
    assert (refused.status_code, refused.json()["code"]) == (403, "owner_mismatch")
    assert ran == []


def test_the_path_is_decoded_once(client: TestClient, ran: Ran) -> None:
    assert client.get("/api/%61lice/tasks", headers=bearer("alice")).status_code == 200
    assert ran == ["tasks alice"]


@pytest.mark.parametrize(
    "path", ["/nothing", "/health/", "/api/alice", "/sub/nothing/x", "/health/x", "//health"]
)
def test_an_unknown_path_is_a_401_before_it_is_a_404(client: TestClient, path: str) -> None:
    assert client.get(path, follow_redirects=False).status_code == 401
    assert client.get(path, headers=bearer(), follow_redirects=False).status_code in (404, 307)


def test_an_unknown_path_is_a_problem(client: TestClient) -> None:
    missing = client.get("/nothing", headers=bearer())
    assert missing.json()["code"] == "not_found"
    assert missing.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/health", "/routers/v1/inner/bob/open", "/sub/status"])
def test_a_public_route_needs_no_token(client: TestClient, ran: Ran, path: str) -> None:
    assert client.get(path).status_code == 200
    assert client.get(path, headers={"authorization": "Bearer nonsense"}).status_code == 200
    assert len(ran) == 2


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_a_public_route_is_public_for_its_methods(client: TestClient, ran: Ran, method: str) -> None:
    assert client.request(method, "/health").status_code == 401
    assert client.request(method, "/health", headers=bearer()).status_code == 405
    assert ran == []


def test_a_preflight_reaches_no_handler(client: TestClient, app: FastAPI, ran: Ran) -> None:
    @app.options("/me")
    def options() -> None:
        ran.append("options")

    headers = {"origin": "https://app.example.com", "access-control-request-method": "GET"}
    assert client.options("/me", headers=headers).status_code == 401
    assert client.options("/nothing", headers=headers).status_code == 401
    assert client.options("/me", headers={**headers, **bearer()}).status_code == 401
    assert ran == []
    assert client.options("/me", headers=bearer()).status_code == 200


def test_a_route_that_is_added_later_is_guarded(client: TestClient, app: FastAPI, ran: Ran) -> None:
    client.get("/health")

    @app.get("/later/{user_id}")
    def later(user_id: str) -> None:
        ran.append("later")

    @app.get("/late/{userId}")
    def misspelt(userId: str) -> None:
        ran.append("misspelt")

    ran.clear()
    assert client.get("/later/alice").status_code == 401
    assert client.get("/later/bob", headers=bearer("alice")).status_code == 403
    assert client.get("/late/alice", headers=bearer("alice")).status_code == 403
    assert ran == []


@pytest.mark.parametrize("name", ["userId", "userid", "USER_ID", "user__id", "UserId", "_user_id"])
def test_a_parameter_that_is_spelt_almost_like_the_owner_is_refused_at_the_start(
    usher: Usher, name: str
) -> None:
    def build(into: str) -> FastAPI:
        app, router = FastAPI(), APIRouter()
        router.add_api_route(f"/x/{{{name}}}", lambda: None)
        if into == "router":
            app.include_router(router, prefix="/v1")
        elif into == "mount":
            app.mount("/m", Starlette(routes=[Route(f"/x/{{{name}}}", lambda request: None)]))
        elif into == "prefix":
            app.mount(f"/m/{{{name}}}", Starlette())
        else:
            app.router.routes.extend(router.routes)
        return usher.protect(app)

    for into in ("route", "router", "mount", "prefix"):
        with pytest.raises(ConfigurationError, match=name), TestClient(build(into)):
            pass
        with pytest.raises(ConfigurationError, match=name):
            TestClient(build(into)).get("/x/alice")


@pytest.mark.parametrize(
    ("path", "mine", "theirs"),
    [("/{user_id:int}", "7", "007"), ("/{user_id:uuid}", "0b5e8a10-0b5e-4a10-8b5e-8a100b5e8a10", "x")],
)
def test_a_converted_value_is_compared_as_the_handler_gets_it(path: str, mine: str, theirs: str) -> None:
    app = Usher(make_verifier()).protect(
        Starlette(routes=[Route(path, lambda request: PlainTextResponse("in"))])
    )
    client = TestClient(app)
    assert client.get(f"/{mine}", headers=bearer(mine)).status_code == 200
    assert client.get(f"/{mine}", headers=bearer(theirs)).status_code == 403
    assert client.get("/007", headers=bearer("007")).status_code in (403, 404)


def test_an_owner_may_be_another_claim() -> None:
    app = FastAPI()
    Usher(make_verifier(), owner={"user_id": "sub", "org_id": "org"}).protect(app)
    app.add_api_route("/{org_id}/{user_id}", lambda: None)
    client = TestClient(app)
    for org in ("acme", ["other", "acme"]):
        assert client.get("/acme/alice", headers=bearer("alice", org=org)).status_code == 200
    for claims in (
        {"org": "other"},
        {},
        {"org": ""},
        {"org": ["acme", 7]},
        {"org": None},
        {"org": {"acme": 1}},
    ):
        assert client.get("/acme/alice", headers=bearer("alice", **claims)).status_code == 403
    assert client.get("/acme/bob", headers=bearer("alice", org="acme")).status_code == 403


def test_another_users_path_can_look_like_one_that_does_not_exist() -> None:
    app = FastAPI()
    Usher(make_verifier(), conceal_owner_mismatch=True).protect(app)
    app.add_api_route("/{user_id}/tasks", lambda: None)
    client = TestClient(app)
    concealed = client.get("/bob/tasks", headers=bearer("alice"))
    missing = client.get("/nothing/at/all", headers=bearer("alice"))
    assert (concealed.status_code, concealed.content) == (404, missing.content)
    assert concealed.headers == missing.headers


def test_policies_are_dependencies(usher: Usher) -> None:
    app = FastAPI()
    usher.protect(app)
    writes = Depends(usher.require(require_scopes("tasks:write")))
    admins = APIRouter(
        dependencies=[Depends(usher.require(require_claim(lambda claims: claims["role"] == "admin")))]
    )
    app.add_api_route("/write", lambda: "in", dependencies=[writes])
    admins.add_api_route("/admin", lambda: "in")
    app.include_router(admins)
    sub = FastAPI()
    sub.add_api_route("/write", lambda: "in", dependencies=[writes])
    app.mount("/sub", sub)
    client = TestClient(app)
    for path in ("/write", "/sub/write"):
        assert client.get(path).status_code == 401
        refused = client.get(path, headers=bearer(scope="tasks:read"))
        assert (refused.status_code, refused.json()["code"]) == (403, "scope_insufficient")
        assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]
        assert client.get(path, headers=bearer(scope="tasks:read tasks:write")).status_code == 200
    assert client.get("/admin", headers=bearer()).status_code == 403
    assert client.get("/admin", headers=bearer(role="admin")).status_code == 200


def test_a_public_route_has_no_principal(usher: Usher) -> None:
    app = FastAPI()
    usher.protect(app)

    @app.get("/wrong")
    @usher.public
    def wrong(principal: Principal = Depends(usher.principal)) -> str:
        return principal.id

    assert TestClient(app).get("/wrong", headers=bearer()).status_code == 401


def test_an_auth_error_of_a_handler_is_a_refusal(usher: Usher) -> None:
    app = FastAPI()
    usher.protect(app)

    @app.get("/late")
    def late() -> None:
        raise AuthError("token_revoked")

    refused = TestClient(app).get("/late", headers=bearer())
    assert (refused.status_code, refused.json()["code"]) == (401, "token_revoked")


def test_marks_are_not_inherited_and_belong_to_their_usher(usher: Usher) -> None:
    from starlette.endpoints import HTTPEndpoint

    @usher.public
    class Open(HTTPEndpoint):
        async def get(self, request: Request) -> PlainTextResponse:
            return PlainTextResponse("in")

    class Closed(Open):
        pass

    other = Usher(make_verifier())
    app = Starlette(
        routes=[
            Route("/open", Open),
            Route("/closed", Closed),
            Route("/other", other.public(lambda request: PlainTextResponse("in"))),
            Route("/every", public(lambda request: PlainTextResponse("in"))),
        ]
    )
    client = TestClient(usher.protect(app))
    statuses = {path: client.get(path).status_code for path in ("/open", "/closed", "/other", "/every")}
    assert statuses == {"/open": 200, "/closed": 401, "/other": 401, "/every": 200}


def test_a_sub_application_may_have_its_own_usher(usher: Usher) -> None:
    inner = Usher(make_verifier(audience="https://inner.example.com"))
    sub = FastAPI()
    sub.add_api_route("/{user_id}", lambda: "in")
    inner.protect(sub)
    app = FastAPI()
    usher.protect(app)
    app.mount("/both", sub)
    app.mount("/inner", usher.public(sub))
    client = TestClient(app)
    both = {"aud": ["https://api.example.com", "https://inner.example.com"]}
    only = {"aud": "https://inner.example.com"}
    assert client.get("/inner/alice").status_code == 401
    assert client.get("/inner/alice", headers=bearer("alice", **only)).status_code == 200
    assert client.get("/inner/bob", headers=bearer("alice", **only)).status_code == 403
    assert client.get("/inner/alice", headers=bearer("alice", **both)).status_code == 200
    assert client.get("/inner/alice", headers=bearer("alice")).status_code == 401


def test_a_host_route_is_guarded(usher: Usher) -> None:
    inner = Router(routes=[Route("/x", lambda request: PlainTextResponse("in"))])
    app = usher.protect(Starlette(routes=[Host("{user_id}.example.com", app=inner)]))
    client = TestClient(app, base_url="http://bob.example.com")
    assert client.get("/x").status_code == 401
    assert client.get("/x", headers=bearer("alice")).status_code == 403
    assert client.get("/x", headers=bearer("bob")).status_code == 200


def test_static_files_are_guarded_unless_they_are_public(usher: Usher, tmp_path: Any) -> None:
    (tmp_path / "a.txt").write_text("a")
    app = FastAPI()
    usher.protect(app)
    app.mount("/closed", StaticFiles(directory=tmp_path))
    app.mount("/open", usher.public(StaticFiles(directory=tmp_path)))
    client = TestClient(app)
    assert client.get("/closed/a.txt").status_code == 401
    assert client.get("/closed/a.txt", headers=bearer()).status_code == 200
    assert client.get("/open/a.txt").status_code == 200
    assert client.get("/open/../closed/a.txt").status_code == 401


def test_middleware_of_a_mount_that_rewrites_paths_opens_nothing(usher: Usher) -> None:
    """What was judged is what is used: the gate sees the parameters that the handler gets."""
    ran: list[str] = []
    sub = FastAPI()

    @sub.get("/open")
    @usher.public
    def opened() -> None:
        ran.append("open")

    @sub.get("/{user_id}/secret")
    def secret(user_id: str) -> None:
        ran.append(user_id)

    class Rewrite:
        def __init__(self, app: Any) -> None:
            self.app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await self.app({**scope, "path": scope["path"].replace("/open", "/bob/secret")}, receive, send)

    app = FastAPI()
    usher.protect(app)
    app.mount("/m", Rewrite(sub))
    client = TestClient(app)
    assert client.get("/m/open").status_code == 401
    assert client.get("/m/open", headers=bearer("alice")).status_code == 403
    assert ran == []


def test_a_default_of_a_router_does_not_answer_without_a_token(usher: Usher) -> None:
    app = Starlette()
    app.router.default = PlainTextResponse("the default")
    client = TestClient(usher.protect(app))
    assert client.get("/x").status_code == 401
    assert client.get("/x", headers=bearer()).text == "the default"


def test_protect_refuses_what_it_cannot_guard(usher: Usher) -> None:
    app = FastAPI()
    usher.protect(app)
    with pytest.raises(ConfigurationError, match="already"):
        usher.protect(app)
    with pytest.raises(ConfigurationError, match="FastAPI or Starlette"):
        usher.protect(Router())  # type: ignore[type-var]
    started = FastAPI()
    TestClient(started).get("/")
    with pytest.raises(ConfigurationError, match="before"):
        usher.protect(started)


def test_the_list_of_routes_says_what_guards_each(app: FastAPI, usher: Usher) -> None:
    routes = {route.path: route for route in usher.routes(app)}
    assert routes["/health"].public
    assert routes["/api/{user_id}/tasks"].owner_params == ("user_id",)
    assert routes["/routers/v1/inner/{user_id}/notes"].owner_params == ("user_id",)
    assert routes["/sub/{user_id}/files"].owner_params == ("user_id",)
    assert not routes["/opaque"].public


def test_a_mount_is_listed_with_its_routes(usher: Usher) -> None:
    app = Starlette(routes=[Mount("/a/{user_id}", routes=[Route("/b", lambda request: None)])])
    assert [(route.path, route.owner_params) for route in usher.routes(app)] == [
        ("/a/{user_id}/b", ("user_id",))
    ]


def test_a_public_handler_that_passes_its_request_on_opens_nothing(usher: Usher, ran: Ran) -> None:
    app = FastAPI()
    usher.protect(app)

    @app.get("/secret")
    def secret() -> None:
        ran.append("secret")

    class Forward:
        def __init__(self) -> None:
            self.app = None

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await app.router({**scope, "path": "/secret"}, receive, send)

    app.router.routes.append(Route("/forward", usher.public(Forward())))
    client = TestClient(app)
    assert client.get("/forward").status_code == 401
    assert ran == []
    assert client.get("/forward", headers=bearer()).status_code == 200
