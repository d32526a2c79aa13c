"""Sockets are refused before they are accepted, and end with their token."""

from __future__ import annotations

import time
from typing import Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, WebSocket
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from usher_auth import MemoryRevocationStore, Principal, Revocation, Revocations, Usher

from .conftest import bearer, make_verifier, token_for


def make_app(usher: Usher, ran: list[str] | None = None) -> FastAPI:
    app = FastAPI()
    usher.protect(app)
    router = APIRouter(prefix="/api/{user_id}")

    @router.websocket("/live")
    async def live(socket: WebSocket, user_id: str, principal: Principal = Depends(usher.principal)) -> None:
        if ran is not None:
            ran.append(principal.id)
        await socket.accept()
        try:
            while True:
                text = await socket.receive_text()
                await socket.send_text(f"{usher.session(socket).principal.id} says {text}")
        except WebSocketDisconnect:
            return

    @app.websocket("/open")
    @usher.public
    async def opened(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("hello")
        await socket.close()

    @app.websocket("/headers")
    async def headers(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_json(
            {"subprotocols": socket.scope["subprotocols"], "header": socket.headers["sec-websocket-protocol"]}
        )
        await socket.close()

    app.include_router(router)
    return app


def refusal(client: TestClient, path: str, **options: Any) -> tuple[int, str | None]:
    """The status or close code, and the problem's code where the version of Starlette shows it."""
    with pytest.raises(WebSocketDisconnect) as caught, client.websocket_connect(path, **options):
        pass
    response = caught.value
    if hasattr(response, "status_code"):  # a denial over HTTP
        return 4000 + response.status_code, response.json()["code"]
    return response.code, getattr(response, "reason", None) or None


def test_a_socket_requires_a_token_of_its_owner(usher: Usher) -> None:
    ran: list[str] = []
    client = TestClient(make_app(usher, ran))
    assert refusal(client, "/api/alice/live")[0] == 4401
    assert refusal(client, "/api/bob/live", headers=bearer("alice"))[0] == 4403
    assert refusal(client, "/nothing")[0] == 4401
    expired = bearer("alice", exp=time.time() - 60)
    assert refusal(client, "/api/alice/live", headers=expired) in ((4401, "token_expired"), (4401, None))
    assert ran == []
    with client.websocket_connect("/api/alice/live", headers=bearer("alice")) as socket:
        socket.send_text("hi")
        assert socket.receive_text() == "alice says hi"


def test_a_public_socket_needs_no_token(usher: Usher) -> None:
    with TestClient(make_app(usher)).websocket_connect("/open") as socket:
        assert socket.receive_text() == "hello"


def test_a_token_may_be_a_subprotocol_and_is_taken_out(usher: Usher) -> None:
    client = TestClient(make_app(usher))
    token = token_for("alice")
    with client.websocket_connect("/headers", subprotocols=["chat", "bearer", token, "more"]) as socket:
        assert socket.accepted_subprotocol == "bearer"
        seen = socket.receive_json()
    assert seen == {"subprotocols": ["chat", "bearer", "more"], "header": "chat, bearer, more"}
    assert refusal(client, "/headers", subprotocols=["bearer"])[0] == 4401
    both = {"subprotocols": ["bearer", token], "headers": bearer("alice")}
    assert refusal(client, "/headers", **both)[0] == 4400


def test_a_socket_is_closed_when_its_token_ends() -> None:
    now = [time.time()]
    usher = Usher(make_verifier(clock=lambda: now[0]))
    with TestClient(make_app(usher)).websocket_connect("/api/alice/live", headers=bearer("alice")) as socket:
        now[0] += 2000
        began = time.monotonic()
        message = socket.receive()
        assert (message["type"], message["code"], message["reason"]) == (
            "websocket.close",
            4401,
            "token_expired",
        )
        assert time.monotonic() - began < 1.5


def test_a_socket_is_closed_when_its_session_is_revoked() -> None:
    revocations = Revocations(MemoryRevocationStore(), max_token_age=900)
    usher = Usher(make_verifier(revocations=revocations))
    app = make_app(usher)
    with TestClient(app) as client:
        with client.websocket_connect("/api/alice/live", headers=bearer("alice", sid="s1")) as socket:
            assert client.portal is not None
            client.portal.call(revocations.revoke, Revocation("session", "s1", time.time()))
            message = socket.receive()
        assert (message["code"], message["reason"]) == (4401, "token_revoked")


def test_a_fresh_token_keeps_a_socket_open_and_does_not_reach_the_handler() -> None:
    now = [time.time()]
    usher = Usher(make_verifier(clock=lambda: now[0]))
    with TestClient(make_app(usher)).websocket_connect("/api/alice/live", headers=bearer("alice")) as socket:
        socket.send_text(f"usher.renew {token_for('alice', exp=now[0] + 5000, role='new')}")
        socket.send_text("one")
        assert socket.receive_text() == "alice says one"
        now[0] += 2000
        time.sleep(0.7)
        socket.send_bytes(f"usher.renew {token_for('alice', exp=now[0] + 9000)}".encode())
        socket.send_text("two")
        assert socket.receive_text() == "alice says two"


@pytest.mark.parametrize(
    ("claims", "code"),
    [({"user": "bob"}, 4403), ({"user": "alice", "sid": "s2"}, 4403), ({"user": "alice", "exp": 1}, 4401)],
)
def test_a_renewal_of_another_user_or_session_closes_the_socket(
    usher: Usher, claims: dict[str, Any], code: int
) -> None:
    headers = bearer("alice", sid="s1")
    with TestClient(make_app(usher)).websocket_connect("/api/alice/live", headers=headers) as socket:
        socket.send_text(f"usher.renew {token_for(**claims)}")
        assert socket.receive()["code"] == code


def test_a_handler_that_does_not_listen_is_cut_off() -> None:
    import anyio

    now = [time.time()]
    usher = Usher(make_verifier(clock=lambda: now[0]))
    app = FastAPI()
    usher.protect(app)
    ended: list[str] = []

    @app.websocket("/ticks")
    async def ticks(socket: WebSocket) -> None:
        await socket.accept()
        try:
            while True:
                await anyio.sleep(0.05)
                await socket.send_text("tick")
        finally:
            ended.append("ticks")

    with TestClient(app).websocket_connect("/ticks", headers=bearer("alice")) as socket:
        now[0] += 2000
        while (message := socket.receive())["type"] == "websocket.send":
            pass
        assert message["code"] == 4401
        time.sleep(1)
    assert ended == ["ticks"]
