"""A sign-out: the endpoint that the issuer calls, and what it does to tokens."""

from __future__ import annotations

import time
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from usher_auth import ConfigurationError, MemoryRevocationStore, Revocation, Revocations, Usher
from usher_auth.revocation import read_stored
from usher_auth.revocation_table import RevocableToken, RevocationTable

from .conftest import bearer, make_verifier, token_for

EVENT = "http://schemas.openid.net/event/backchannel-logout"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def make_app(store: Any = None, **options: Any) -> tuple[FastAPI, Usher]:
    revocations = Revocations(store or MemoryRevocationStore(), max_token_age=900, **options)
    usher = Usher(make_verifier(revocations=revocations))
    app = FastAPI()
    usher.protect(app)
    usher.backchannel_logout(app)
    app.add_api_route("/me", lambda: "in")
    return app, usher


def logout_token(**claims: Any) -> str:
    header = {"typ": claims.pop("typ", "logout+jwt")}
    values = {
        "sub": ...,
        "exp": ...,
        "jti": f"j{time.monotonic_ns()}",
        "sid": "s1",
        "events": {EVENT: {}},
        **claims,
    }
    return token_for(**values, user="alice", header=header)


def post(client: TestClient, token: str) -> Any:
    return client.post("/backchannel-logout", data={"logout_token": token})


def test_a_logout_ends_the_tokens_of_its_session() -> None:
    app, _ = make_app()
    with TestClient(app) as client:
        mine, other = bearer("alice", sid="s1"), bearer("alice", sid="s2")
        assert client.get("/me", headers=mine).status_code == 200
        answer = post(client, logout_token(sid="s1"))
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["cache-control"] == "no-store"
        refused = client.get("/me", headers=mine)
        assert (refused.status_code, refused.json()["code"]) == (401, "token_revoked")
        assert client.get("/me", headers=other).status_code == 200


def test_a_logout_of_a_subject_ends_what_was_issued_before() -> None:
    app, _ = make_app()
    with TestClient(app) as client:
        before = bearer("alice")
        assert post(client, logout_token(sid=..., sub="alice", iat=time.time())).status_code == 200
        assert client.get("/me", headers=before).status_code == 401
        assert client.get("/me", headers=bearer("alice", iat=time.time() + 1)).status_code == 200
        assert client.get("/me", headers=bearer("bob")).status_code == 200


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"typ": "JWT"}, "token_unsupported"),
        ({"events": ...}, "claims_invalid"),
        ({"events": {EVENT: []}}, "claims_invalid"),
        ({"nonce": "n"}, "claims_invalid"),
        ({"sid": ...}, "claims_invalid"),
        ({"sid": ""}, "claims_invalid"),
        ({"jti": ...}, "claims_invalid"),
        ({"jti": "j" * 256}, "claims_invalid"),
        ({"iat": ...}, "claims_invalid"),
        ({"toe": -1}, "claims_invalid"),
        ({"toe": 9_000_000_000}, "claims_invalid"),
        ({"iss": "https://other.example.com"}, "issuer_rejected"),
        ({"aud": "https://other.example.com"}, "audience_rejected"),
        ({"iat": 1_000_000_000}, "token_expired"),
        ({"exp": 1_000_000_000}, "token_expired"),
        ({"iat": 9_000_000_000}, "token_not_yet_valid"),
        ({"key": "other" * 10}, "signature_invalid"),
    ],
)
def test_an_invalid_logout_token_is_a_400_and_changes_nothing(claims: dict[str, Any], code: str) -> None:
    app, usher = make_app()
    with TestClient(app) as client:
        answer = post(client, logout_token(**claims))
        assert (answer.status_code, answer.json()["code"]) == (400, code)
        assert "www-authenticate" not in answer.headers
        assert usher.verifier.revocations is not None
        assert usher.verifier.revocations.status().entries == 0


def test_a_logout_token_counts_once_and_never_as_an_api_token() -> None:
    app, _ = make_app()
    with TestClient(app) as client:
        token = logout_token(sub="alice", exp=time.time() + 60)
        assert (
            client.get("/me", headers={"authorization": f"Bearer {token}"}).json()["code"]
            == "token_unsupported"
        )
        assert post(client, token).status_code == 200
        assert post(client, token).json()["code"] == "claims_invalid"
        assert post(client, token_for("alice")).json()["code"] == "token_unsupported"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b"logout_token=x"),
        ({"content-type": "application/json"}, b"{}"),
        (FORM, b""),
        (FORM, b"logout_token=a&logout_token=b"),
        (FORM, b"logout_token=" + b"a" * 20_000),
    ],
)
def test_what_is_no_form_with_one_token_is_a_400(headers: dict[str, str], body: bytes) -> None:
    app, _ = make_app()
    with TestClient(app) as client:
        answer = client.post("/backchannel-logout", headers=headers, content=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_the_endpoint_is_public_for_post_alone_and_needs_revocations() -> None:
    app, _ = make_app()
    assert TestClient(app).get("/backchannel-logout").status_code == 401
    plain = FastAPI()
    usher = Usher(make_verifier())
    with pytest.raises(ConfigurationError, match="revocations"):
        usher.backchannel_logout(usher.protect(plain))


class Broken(MemoryRevocationStore):
    fails = True

    async def subscribe(self, listener: Any) -> Any:
        if self.fails:
            raise RuntimeError("the store is down")
        return await super().subscribe(listener)

    async def append(self, revocations: Any) -> None:
        if self.fails:
            raise RuntimeError("the store is down")
        await super().append(revocations)


def test_a_store_that_is_down_is_a_503_and_not_a_sign_out() -> None:
    app, _ = make_app(Broken())
    with TestClient(app) as client:
        refused = client.get("/me", headers=bearer())
        assert (refused.status_code, refused.json()["code"]) == (503, "revocations_unavailable")
        assert refused.headers["retry-after"] == "5"
        assert client.get("/me", headers=bearer(exp=1)).status_code == 401
        token = logout_token()
        assert post(client, token).status_code == 503
        assert post(client, token).status_code == 503


def test_a_store_that_is_down_may_be_tolerated() -> None:
    app, _ = make_app(Broken(), when_stale="accept")
    with TestClient(app) as client:
        assert client.get("/me", headers=bearer()).status_code == 200


def test_a_silent_store_makes_the_list_stale() -> None:
    elapsed = [0.0]
    app, usher = make_app(elapsed=lambda: elapsed[0])
    with TestClient(app) as client:
        assert client.get("/me", headers=bearer()).status_code == 200
        assert usher.verifier.revocations is not None
        usher.verifier.revocations._store._listeners.clear()  # type: ignore[attr-defined]
        assert usher.verifier.revocations.status().state == "current"
        usher.verifier.revocations._confirm = lambda at: None  # type: ignore[method-assign]
        elapsed[0] = 11.0
        assert client.get("/me", headers=bearer()).status_code == 503


def test_a_token_that_is_older_than_the_list_remembers_is_refused() -> None:
    app, _ = make_app()
    with TestClient(app) as client:
        old = bearer(iat=time.time() - 1000, exp=time.time() + 1000)
        assert client.get("/me", headers=old).json()["code"] == "token_expired"
        assert client.get("/me", headers=bearer(iat=...)).json()["code"] == "claims_invalid"


@pytest.mark.parametrize("before", [-1, 1e12, float("nan"), True, "1", None])
def test_a_revocation_is_in_seconds(before: Any) -> None:
    with pytest.raises(TypeError):
        Revocation("user", "alice", before)


def test_an_entry_of_a_store_revokes_whatever_its_time_is() -> None:
    now = 1_700_000_000.0
    entry = {"kind": "user", "id": "alice"}
    assert read_stored({**entry, "before": now * 1000}, now)[0] == Revocation("user", "alice", now)
    for wrong in (None, "x", -5, float("nan"), 1e300):
        assert read_stored({**entry, "before": wrong}, now)[0] == Revocation("user", "alice", now)
    assert read_stored({"kind": "user"}, now)[0] is None


def test_a_table_forgets_what_no_longer_matters_and_notices_a_clock_that_was_ahead() -> None:
    table = RevocationTable(900)
    table.add(Revocation("session", "s1", 1000), 1000)
    assert table.find(RevocableToken("alice", sid="s1")) == "session"
    table.sweep(1000 + 1000)
    assert len(table) == 1
    table.sweep(1000 + 900 + 360 + 120)
    assert len(table) == 0
    assert table.is_whole(3000)
    assert not table.is_whole(1500)


def test_a_user_may_sign_in_again_at_once() -> None:
    table = RevocationTable(900)
    table.add(Revocation("user", "alice", 1000.5), 1000)
    assert table.find(RevocableToken("alice", iat=1000.5)) == "user"
    assert table.find(RevocableToken("alice", iat=1000.501)) is None
    assert table.find(RevocableToken("alice")) == "user"
    table.add(Revocation("user", "bob", 1000), 1000)
    assert table.find(RevocableToken("bob", iat=1000.9)) == "user"
    assert table.find(RevocableToken("bob", iat=1001)) is None
