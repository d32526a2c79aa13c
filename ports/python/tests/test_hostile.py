"""Hostile requests: never an error of the server, a token in a log or another user's path."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import time
from typing import Any

import jwt
import pytest
from fastapi import Depends, FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.testclient import TestClient

from usher_auth import CODES, AuthError, Principal, Usher
from usher_auth.bearer import has_query_token
from usher_auth.env import better_auth_issuer
from usher_auth.errors import ConfigurationError
from usher_auth.look_alikes import explain_form
from usher_auth.owner import check_owner, read_owner

from .conftest import AUDIENCE, ISSUER, SECRET, bearer, make_verifier, token_for

VERIFIER = make_verifier()
GOOD = token_for("alice")
REGISTERED = ("sub", "iss", "aud", "exp", "nbf", "iat", "sid", "jti")


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(st.text() | st.from_regex(r"[A-Za-z0-9_.-]{0,80}"))
def test_no_text_is_accepted_or_breaks_the_parser(text: str) -> None:
    with pytest.raises(AuthError) as caught:
        VERIFIER.verify_sync(text)
    assert caught.value.code in CODES
    assert explain_form(text).code in ("token_malformed", "token_unsupported")


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.characters(codec="latin-1"))
def test_no_changed_character_is_accepted(position: int, character: str) -> None:
    changed = GOOD[:position] + character + GOOD[position + 1 :]
    if changed != GOOD:
        with pytest.raises(AuthError):
            make_verifier(cache=0).verify_sync(changed)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["alg", "typ", "kid", "crit", "b64", "jwk", "x"]), json_values))
def test_no_header_breaks_the_verifier(header: dict[str, Any]) -> None:
    token = f"{base64url(json.dumps(header).encode())}.{GOOD.split('.')[1]}.{GOOD.split('.')[2]}"
    with pytest.raises(AuthError):
        VERIFIER.verify_sync(token)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(REGISTERED), json_values))
def test_signed_claims_of_any_form_are_accepted_whole_or_refused(claims: dict[str, Any]) -> None:
    now = time.time()
    payload = {"sub": "alice", "iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + 900, **claims}
    # PyJWT would not sign claims of the wrong form.
    token = jwt.PyJWS().encode(json.dumps(payload).encode(), SECRET, "HS256")
    try:
        principal = make_verifier(cache=0).verify_sync(token)
    except AuthError as error:
        assert error.code.startswith(("claims", "issuer", "audience", "token"))
    else:
        assert isinstance(principal.id, str)
        assert principal.id


@settings(max_examples=300, deadline=None)
@given(st.text(), st.text())
def test_only_the_same_text_is_the_same_owner(user: str, path: str) -> None:
    principal = Principal(user, 0)
    try:
        check_owner(principal, {"user_id": path}, read_owner("user_id"))
    except AuthError:
        assert user != path or path == ""
    else:
        assert user == path != ""


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_an_issuer_is_an_origin_or_refused(url: str) -> None:
    for text in (url, f"https://{url}", f"http://example.com{url}"):
        try:
            origin = better_auth_issuer(text)
        except ConfigurationError:
            continue
        assert better_auth_issuer(origin) == origin


@pytest.mark.parametrize(
    "query", [b"access_token=x", b"a=1&access_token", b"%61ccess_token=", b"access%5Ftoken=x"]
)
def test_a_token_in_the_query_is_never_accepted(query: bytes) -> None:
    assert has_query_token(query)
    app = Usher(make_verifier()).protect(FastAPI())
    app.add_api_route("/x", lambda: "in")
    path = f"/x?{query.decode()}"
    assert TestClient(app).get(path).status_code == 401
    assert TestClient(app).get(path, headers=bearer()).status_code == 400


def test_two_headers_are_refused() -> None:
    app = Usher(make_verifier()).protect(FastAPI())
    app.add_api_route("/x", lambda: "in")
    field = (b"authorization", f"Bearer {GOOD}".encode())
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/x", "query_string": b"", "headers": [field, field]}
    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 400
    assert json.loads(sent[1]["body"])["code"] == "credentials_ambiguous"


def test_no_token_reaches_a_log_and_a_listener_may_fail(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    events: list[Any] = []

    async def hang(event: Any) -> None:
        await asyncio.sleep(3600)

    def listen(event: Any) -> Any:
        events.append(event)
        if len(events) % 2:
            raise SystemError(f"a listener that fails\x1b[2J {len(events)}")
        return hang(event)

    app = FastAPI()
    usher = Usher(make_verifier(), on_reject=listen, on_accept=listen)
    usher.protect(app)
    app.add_api_route("/{user_id}", lambda: "in")
    client = TestClient(app)
    for path in ("/alice", "/bob"):
        for headers in ({}, bearer("alice"), {"authorization": f"Bearer {GOOD[:-2]}"}):
            assert client.get(path, headers=headers).status_code in (200, 401, 403)
    assert len(events) == 6
    assert "credentials_missing" in caplog.text
    assert "\x1b" not in caplog.text
    assert not any(part in caplog.text + repr(events) for part in GOOD.split(".")[1:])
    assert SECRET not in caplog.text


def test_cors_headers_are_on_refusals_wherever_cors_is_added() -> None:
    for first in (True, False):
        app = FastAPI()
        usher = Usher(make_verifier())
        if first:
            app.add_middleware(CORSMiddleware, allow_origins=["https://app.example.com"], allow_methods=["*"])
        usher.protect(app)
        if not first:
            app.add_middleware(CORSMiddleware, allow_origins=["https://app.example.com"], allow_methods=["*"])
        app.add_api_route("/x", lambda: "in")
        client = TestClient(app)
        origin = {"origin": "https://app.example.com"}
        assert client.get("/x", headers=origin).headers["access-control-allow-origin"] == origin["origin"]
        preflight = client.options("/x", headers={**origin, "access-control-request-method": "GET"})
        assert preflight.status_code == 200


def test_errors_of_the_framework_are_problems() -> None:
    app = FastAPI()
    Usher(make_verifier()).protect(app)

    @app.get("/number/{number}")
    def number(number: int) -> None:
        raise HTTPException(409, "The task was changed meanwhile.")

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("internals")

    client = TestClient(app, raise_server_exceptions=False, headers=bearer())
    answers = {
        "/number/x": (422, "unprocessable_content"),
        "/number/1": (409, "conflict"),
        "/nothing": (404, "not_found"),
        "/broken": (500, "internal_error"),
    }
    for path, (status, code) in answers.items():
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert "internals" not in answer.text
    assert client.get("/number/1").json()["detail"] == "The task was changed meanwhile."
    not_allowed = client.post("/broken")
    assert (not_allowed.status_code, not_allowed.json()["code"]) == (405, "method_not_allowed")
    assert not_allowed.headers["allow"] == "GET"


def test_the_document_says_what_is_guarded() -> None:
    app = FastAPI()
    usher = Usher(make_verifier())
    usher.protect(app, public_docs=True)
    app.add_api_route("/guarded/{number}", lambda number: "in")
    app.add_api_route("/health", usher.public(lambda: "in"))
    client = TestClient(app)
    for path in ("/openapi.json", "/docs", "/redoc"):
        assert client.get(path).status_code == 200
    document = client.get("/openapi.json").json()
    guarded = document["paths"]["/guarded/{number}"]["get"]
    assert guarded["security"] == [{"bearer": []}]
    assert {"400", "401", "403", "503"} <= set(guarded["responses"])
    assert document["paths"]["/health"]["get"]["security"] == []
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_the_documentation_is_guarded_by_default() -> None:
    client = TestClient(Usher(make_verifier()).protect(FastAPI()))
    for path in ("/openapi.json", "/docs", "/redoc"):
        assert client.get(path).status_code == 401


def test_a_principal_cannot_be_changed() -> None:
    principal = VERIFIER.verify_sync(token_for("alice", roles=["a"], nested={"a": {"b": 1}}))
    claims: Any = principal.claims
    for change in (
        lambda: claims.update(sub="bob"),
        lambda: claims["nested"]["a"].pop("b"),
        lambda: claims["roles"].append("admin"),
        lambda: setattr(principal, "id", "bob"),
        lambda: claims.__ior__({"sub": "bob"}),
    ):
        with pytest.raises((TypeError, AttributeError)):
            change()
    assert json.loads(json.dumps(claims))["roles"] == ["a"]


def test_sync_dependencies_see_the_same_principal() -> None:
    app = FastAPI()
    usher = Usher(make_verifier())
    usher.protect(app)

    def sync_dependency(principal: Principal = Depends(usher.principal)) -> str:
        return principal.id

    @app.get("/x")
    def handler(user: str = Depends(sync_dependency)) -> str:
        return user

    assert TestClient(app).get("/x", headers=bearer("alice")).json() == "alice"
