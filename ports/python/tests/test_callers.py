"""Who else may call a route of FastAPI: exceptions to the owner, and optional tokens."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import Depends, FastAPI
from starlette.testclient import TestClient

from usher_auth import (
    ConfigurationError,
    Policy,
    Principal,
    Usher,
    forbid_impersonation,
    require_claim,
    require_recent_sign_in,
)

from .conftest import bearer, make_verifier

SUPPORT = require_claim(lambda claims: claims.get("role") == "support", "role support")


class Bench:
    def __init__(self) -> None:
        self.events: list[Any] = []
        self.usher = Usher(
            make_verifier(),
            owner={"user_id": "sub", "org_id": "org"},
            on_owner_exception=self.events.append,
        )
        self.app = FastAPI()
        self.usher.protect(self.app)
        self.client = TestClient(self.app)

    def status(self, path: str, user: str | None = None, **claims: Any) -> int:
        headers = {} if user is None else bearer(user, **claims)
        return int(self.client.get(path, headers=headers).status_code)


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    usher, app = bench.usher, bench.app

    @app.get("/orders/{user_id}")
    @usher.owner_or(SUPPORT)
    def orders(user_id: str) -> str:
        return user_id

    @app.get("/messages/{user_id}")
    def messages(user_id: str) -> str:
        return user_id

    @app.get("/orgs/{org_id}/named/{user_id}")
    @usher.owner_or(SUPPORT, params=["user_id"])
    def named(user_id: str) -> str:
        return user_id

    @app.get("/orgs/{org_id}/unnamed/{user_id}")
    @usher.owner_or(SUPPORT)
    def unnamed(user_id: str) -> str:
        return user_id

    inner = FastAPI()

    @inner.get("/members/{user_id}")
    @usher.owner_or(SUPPORT)
    def member(user_id: str) -> str:
        return user_id

    app.mount("/below/{org_id}", inner)

    @app.get("/greeting")
    @usher.optional
    def greeting(principal: Principal | None = Depends(usher.optional_principal)) -> str | None:
        return None if principal is None else principal.id

    return bench


def test_an_exception_admits_those_who_satisfy_its_policy_and_no_one_else(bench: Bench) -> None:
    assert bench.status("/orders/alice", "alice") == 200
    assert bench.status("/orders/alice", "bob", role="support") == 200
    assert bench.status("/orders/alice", "bob", role="user") == 403
    assert bench.status("/orders/alice") == 401
    assert bench.status("/messages/alice", "bob", role="support") == 403


def test_routes_list_exceptions_and_optional_tokens(bench: Bench) -> None:
    listed = {route.path: route for route in bench.usher.routes(bench.app)}
    assert listed["/orders/{user_id}"].exceptions == ("or role support",)
    assert listed["/orgs/{org_id}/named/{user_id}"].exceptions == ("or role support (user_id)",)
    assert listed["/messages/{user_id}"].exceptions == ()
    assert listed["/greeting"].optional_auth
    assert not listed["/orders/{user_id}"].optional_auth


def test_each_use_of_an_exception_is_reported_once(bench: Bench) -> None:
    bench.status("/orders/alice", "alice")
    bench.status("/orders/alice", "bob", role="support")
    assert [(event.principal.id, event.exceptions[0].value) for event in bench.events] == [("bob", "alice")]


def test_an_exception_is_for_the_parameters_that_it_names(bench: Bench) -> None:
    member = {"role": "support", "org": "acme"}
    assert bench.status("/orgs/acme/named/alice", "bob", **member) == 200
    assert bench.status("/orgs/globex/named/alice", "bob", **member) == 403
    assert bench.status("/orgs/acme/unnamed/alice", "bob", **member) == 403
    assert bench.status("/below/acme/members/alice", "bob", **member) == 403
    assert bench.status("/below/acme/members/bob", "bob", **member) == 200


def test_an_optional_token_is_verified_if_it_is_sent(bench: Bench) -> None:
    assert bench.client.get("/greeting").json() is None
    assert bench.client.get("/greeting", headers=bearer("alice")).json() == "alice"
    for value in ("Bearer x", "Basic eDp5", "Bearer"):
        assert bench.client.get("/greeting", headers={"authorization": value}).status_code == 401
    assert bench.client.get("/greeting?access_token=x").status_code == 401


def test_a_public_route_has_no_optional_principal(bench: Bench) -> None:
    @bench.app.get("/open")
    @bench.usher.public
    def open_route(principal: Principal | None = Depends(bench.usher.optional_principal)) -> None: ...

    assert bench.status("/open", "alice") == 401


def test_a_rule_without_policies_is_refused(bench: Bench) -> None:
    with pytest.raises(ConfigurationError):
        bench.usher.owner_or()
    with pytest.raises(ConfigurationError):
        bench.usher.owner_or(params=["user_id"])
    with pytest.raises(ConfigurationError):
        bench.usher.owner_or(SUPPORT, params=["team_id"])


@pytest.mark.parametrize(
    ("policy", "claims", "status", "code"),
    [
        (forbid_impersonation(), {"act": {"sub": "admin"}}, 403, "impersonation_forbidden"),
        (forbid_impersonation(), {"act": None}, 403, "impersonation_forbidden"),
        (require_recent_sign_in(300), {}, 401, "reauthentication_required"),
    ],
)
def test_a_policy_says_what_the_client_gets(
    bench: Bench, policy: Policy, claims: dict[str, Any], status: int, code: str
) -> None:
    bench.app.add_api_route("/x", lambda: None, dependencies=[Depends(bench.usher.require(policy))])
    response = bench.client.get("/x", headers=bearer("alice", **claims))
    assert (response.status_code, response.json()["code"]) == (status, code)
    if code == "reauthentication_required":
        assert response.headers["www-authenticate"].endswith(', max_age="300"')
        assert response.json()["max_age"] == 300
