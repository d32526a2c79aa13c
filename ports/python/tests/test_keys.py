"""Secrets, and key sets over real HTTP."""

from __future__ import annotations

import asyncio
import http.server
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from usher_auth import (
    AuthError,
    ConfigurationError,
    SecretVersion,
    local_jwks,
    parse_secret_versions,
    remote_jwks,
    secret_fingerprint,
    shared_secret,
)

from .conftest import AUDIENCE, ISSUER, SECRET, make_verifier, token_for


def make_key(kid: str) -> tuple[Ed25519PrivateKey, dict[str, Any]]:
    private = Ed25519PrivateKey.generate()
    public = json.loads(OKPAlgorithm.to_jwk(private.public_key()))
    return private, {**public, "kid": kid, "alg": "EdDSA"}


class Issuer(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.fetches += 1
        self.server.answer(self)

    def log_message(self, *_: Any) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Issuer)
        self.fetches = 0
        self.keys: list[Any] = []
        self.answer = self.serve_keys

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api/auth/jwks"

    def serve_keys(self, request: Issuer) -> None:
        self.send(request, 200, json.dumps({"keys": self.keys}).encode())

    @staticmethod
    def send(request: Issuer, status: int, body: bytes, **headers: str) -> None:
        request.send_response(status)
        for name, value in {"content-type": "application/json", **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)


@pytest.fixture
def issuer() -> Iterator[Server]:
    server = Server()
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def code_of(verifier: Any, token: str) -> tuple[str, str]:
    with pytest.raises(AuthError) as caught:
        asyncio.run(verifier.verify(token))
    return caught.value.code, caught.value.hint or ""


def test_keys_are_fetched_once_for_many_requests(issuer: Server) -> None:
    private, public = make_key("k1")
    issuer.keys = [{"kty": "broken"}, public]
    verifier = make_verifier(keys=remote_jwks(issuer.url), cache=0)
    token = token_for("alice", key=private, alg="EdDSA", header={"kid": "k1"})

    async def many() -> set[str]:
        return {
            principal.id for principal in await asyncio.gather(*(verifier.verify(token) for _ in range(200)))
        }

    assert asyncio.run(many()) == {"alice"}
    assert issuer.fetches == 1
    # Another event loop, and none at all.
    assert asyncio.run(verifier.verify(token)).id == "alice"
    assert verifier.verify_sync(token).id == "alice"
    assert issuer.fetches == 1


def test_a_rotation_is_seen_by_its_first_token_and_a_withdrawn_key_ends(issuer: Server) -> None:
    now = [0.0]
    (old, old_public), (new, new_public) = make_key("old"), make_key("new")
    issuer.keys = [old_public]
    verifier = make_verifier(keys=remote_jwks(issuer.url, clock=lambda: now[0]))
    old_token = token_for("alice", key=old, alg="EdDSA", header={"kid": "old"})
    assert asyncio.run(verifier.verify(old_token)).id == "alice"
    issuer.keys = [new_public]
    new_token = token_for("alice", key=new, alg="EdDSA", header={"kid": "new"})
    assert asyncio.run(verifier.verify(new_token)).id == "alice"
    assert code_of(verifier, old_token)[0] == "key_unknown"


def test_unknown_keys_share_a_budget(issuer: Server) -> None:
    private, _ = make_key("x")
    issuer.keys = [make_key("k")[1]]
    verifier = make_verifier(keys=remote_jwks(issuer.url))
    asyncio.run(verifier.ready())
    codes = [
        code_of(verifier, token_for("alice", key=private, alg="EdDSA", header={"kid": f"k{number}"}))[0]
        for number in range(8)
    ]
    assert codes == ["key_unknown"] * 5 + ["keys_unavailable"] * 3
    assert issuer.fetches == 6


def test_redirects_are_not_followed(issuer: Server) -> None:
    def redirect(request: Issuer) -> None:
        Server.send(request, 302, b"", location=f"{issuer.url}/elsewhere")

    issuer.answer = redirect
    verifier = make_verifier(keys=remote_jwks(issuer.url))
    private, _ = make_key("k")
    code, hint = code_of(verifier, token_for("alice", key=private, alg="EdDSA"))
    assert code == "keys_unavailable"
    assert "redirects are not followed" in hint
    assert issuer.fetches == 1


def test_proxies_of_the_environment_are_not_used(issuer: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    issuer.keys = [make_key("k")[1]]
    asyncio.run(make_verifier(keys=remote_jwks(issuer.url)).ready())


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        (b'{"keys":[' + b" " * 5000 + b"]}", "larger than 1024 bytes"),
        (b"<html>", "HTML"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 900, "not JSON"),
        (b"[]", "no JWKS"),
        (b'{"keys":[]}', "no usable key"),
    ],
)
def test_a_bad_document_is_a_503(issuer: Server, body: bytes, hint: str) -> None:
    issuer.answer = lambda request: Server.send(request, 200, body)
    verifier = make_verifier(keys=remote_jwks(issuer.url, max_bytes=1024))
    private, _ = make_key("k")
    code, said = code_of(verifier, token_for("alice", key=private, alg="EdDSA"))
    assert code == "keys_unavailable"
    assert hint in said


def test_a_server_that_drips_is_cut_off(issuer: Server) -> None:
    def drip(request: Issuer) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            while True:
                request.wfile.write(b" ")
                request.wfile.flush()
                time.sleep(0.2)
        except OSError:
            pass

    issuer.answer = drip
    verifier = make_verifier(keys=remote_jwks(issuer.url, timeout=1))
    began = time.monotonic()
    private, _ = make_key("k")
    assert code_of(verifier, token_for("alice", key=private, alg="EdDSA"))[0] == "keys_unavailable"
    assert time.monotonic() - began < 3


def test_a_fetch_that_hangs_ends_with_its_deadline_and_is_not_waited_for_again() -> None:
    ended = threading.Event()
    verifier = make_verifier(
        keys=remote_jwks("https://app.example.com/jwks", timeout=1, fetch=lambda _: ended.wait(9))
    )
    private, _ = make_key("k")
    token = token_for("alice", key=private, alg="EdDSA")
    began = time.monotonic()
    assert code_of(verifier, token)[0] == "keys_unavailable"
    assert code_of(verifier, token)[0] == "keys_unavailable"
    assert time.monotonic() - began < 4
    ended.set()


def test_old_keys_serve_through_an_outage_and_end_at_last(
    issuer: Server, caplog: pytest.LogCaptureFixture
) -> None:
    now = [0.0]
    private, public = make_key("k")
    issuer.keys = [public]
    verifier = make_verifier(
        keys=remote_jwks(issuer.url, max_age=10, max_stale=100, clock=lambda: now[0]), clock=time.time
    )
    token = token_for("alice", key=private, alg="EdDSA", header={"kid": "k"})
    asyncio.run(verifier.verify(token))
    issuer.answer = lambda request: Server.send(request, 500, b"")
    for now[0] in (20.0, 50.0, 90.0):
        assert asyncio.run(verifier.verify(token)).id == "alice"
        time.sleep(0.05)
    now[0] = 150.0
    assert code_of(verifier, token)[0] == "keys_unavailable"
    assert "the last good keys go on serving" in caplog.text


@pytest.mark.parametrize(
    "url",
    [
        "http://app.example.com/jwks",
        "http://localhost.example.com/",
        "http://127.0.0.1.example.com/",
        "ftp://localhost/",
        "file:///etc/passwd",
        "https://",
        "https://user:pass@app.example.com/",
        "https://app.example.com/\r\nx",
        "",
        None,
    ],
)
def test_an_address_must_be_https_or_this_machine(url: Any) -> None:
    with pytest.raises(ConfigurationError, match="remote_jwks"):
        remote_jwks(url)


def test_an_allowed_host_is_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    for url in ("http://one/", "http://two/", "http://ONE/", "http://localhost/", "https://three/"):
        remote_jwks(url, allow_insecure_hosts=["one", "two", "three", "localhost"])
    assert [record.getMessage().split(" over http")[0] for record in caplog.records] == [
        "remote_jwks: keys come from one",
        "remote_jwks: keys come from two",
    ]


def test_an_invalid_entry_is_named_by_its_place() -> None:
    with pytest.raises(ConfigurationError, match=r"entry 2 must be an exact host name") as caught:
        remote_jwks("http://web/", allow_insecure_hosts=["web", "http://user:secret@web"])
    assert "secret" not in str(caught.value)


def test_a_leaked_private_key_is_not_used() -> None:
    private, public = make_key("k")
    leaked = {**public, "d": "x"}
    with pytest.raises(ConfigurationError, match="private member"):
        local_jwks({"keys": [leaked]})
    verifier = make_verifier(keys=local_jwks(json.dumps({"keys": [leaked, make_key("other")[1]]})))
    with pytest.raises(AuthError, match="key that this API does not know"):
        verifier.verify_sync(token_for("alice", key=private, alg="EdDSA", header={"kid": "k"}))


@pytest.mark.parametrize("value", [-1, 1.5, True, "10", None, 10**9])
def test_options_are_checked(value: Any) -> None:
    with pytest.raises(ConfigurationError, match="max_age"):
        remote_jwks("https://app.example.com/jwks", max_age=value)


def test_a_public_key_is_never_a_secret() -> None:
    """Algorithm confusion: HS256 with a public key as the secret, and EdDSA with a secret."""
    private, public = make_key("k")
    verifier = make_verifier(keys=[local_jwks({"keys": [public]}), shared_secret(SECRET)])
    forged = jwt.encode(
        {"sub": "alice", "iss": ISSUER, "aud": AUDIENCE, "exp": 9e9, "iat": 1}, public["x"] * 2, "HS256"
    )
    with pytest.raises(AuthError, match="signature"):
        verifier.verify_sync(forged)
    assert verifier.verify_sync(token_for("alice", key=private, alg="EdDSA")).id == "alice"
    assert verifier.verify_sync(token_for("bob")).id == "bob"


def test_versions_of_a_secret_are_all_accepted_and_named_by_fingerprint() -> None:
    old, new = "o" * 16 + SECRET, "n" * 16 + SECRET
    source = shared_secret([SecretVersion(2, new), SecretVersion(1, old)])
    verifier = make_verifier(keys=source)
    assert (
        verifier.verify_sync(token_for(key=old)).id == verifier.verify_sync(token_for(key=new)).id == "alice"
    )
    with pytest.raises(AuthError) as caught:
        verifier.verify_sync(token_for(key=SECRET))
    assert f"version 2, fingerprint {secret_fingerprint(new)}" in (caught.value.hint or "")


def test_no_secret_is_in_a_text(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "weak" * 10
    source = shared_secret(secret)
    verifier = make_verifier(keys=source)
    version = SecretVersion(1, secret)
    texts = [repr(source), repr(verifier), repr(version), str(vars(verifier)), caplog.text]
    for bad in ("short", "-----BEGIN PUBLIC KEY-----" + secret):
        with pytest.raises(ConfigurationError) as caught:
            shared_secret(bad)
        texts.append(str(caught.value))
        assert bad not in str(caught.value)
    with pytest.raises(ConfigurationError) as caught:
        parse_secret_versions(f"1:{secret},{secret}")
    assert not any(secret in text for text in [*texts, str(caught.value)])
    assert "easy to guess" in caplog.text


def test_a_dead_port_is_a_503() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    verifier = make_verifier(keys=remote_jwks(f"http://localhost:{port}/jwks"))
    assert code_of(verifier, token_for("alice", key=make_key("k")[0], alg="EdDSA"))[0] == "keys_unavailable"
