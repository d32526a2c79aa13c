"""The vectors of ``conformance/``, which the TypeScript implementation passes too: a test for each vector."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jwt
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from usher_auth import (
    AuthError,
    ConfigurationError,
    JwksResponse,
    KeySource,
    Principal,
    SecretVersion,
    Usher,
    Verifier,
    forbid_impersonation,
    local_jwks,
    remote_jwks,
    require_claim,
    require_client_scopes,
    require_organization_role,
    require_recent_sign_in,
    require_scopes,
    secret_fingerprint_from_env,
    shared_secret,
    verifier_from_env,
)
from usher_auth.bearer import has_query_token, read_bearer
from usher_auth.owner import OwnerRule, check_owner, meant_owner, read_owner
from usher_auth.policy import Policy, check_policies
from usher_auth.problem import NOT_FOUND, Refusal, create_refusals, http_problem

FOLDER = Path(__file__).resolve().parents[3] / "conformance"

if not FOLDER.is_dir():
    pytest.skip("the vectors are in the repository, not in the package", allow_module_level=True)

Vector = dict[str, Any]


def read_file(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


TOKENS = read_file("tokens")


def each(vectors: list[Vector]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", vectors, ids=[vector["name"] for vector in vectors])


def each_of(name: str, member: str = "vectors") -> pytest.MarkDecorator:
    return each(read_file(name)[member])


# What a vector expects


def plain(value: Any) -> Any:
    """Frozen claims as ``json.loads`` returns them."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, (list, tuple)) else value


def accepted(principal: Principal) -> Vector:
    optional = {
        "clientId": principal.client_id,
        "actorId": principal.actor_id,
        "sessionId": principal.session_id,
        "issuedAt": principal.issued_at,
    }
    return {
        "id": principal.id,
        "kind": principal.kind,
        **{name: value for name, value in optional.items() if value is not None},
        "expiresAt": principal.expires_at,
        "claims": plain(principal.claims),
    }


def refused(refusal: Refusal, code: str) -> Vector:
    headers = dict(refusal.headers)
    return {
        "code": code,
        "status": refusal.status,
        "challenge": headers.get("www-authenticate"),
        "retryAfter": headers.get("retry-after"),
        "body": refusal.body.decode(),
    }


def refused_by(error: AuthError) -> Vector:
    return refused(create_refusals().of(error), error.code)


def verdict_of(vector: Vector) -> Vector:
    """The members of a vector that say what must come out."""
    return {name: vector[name] for name in ("accepts", "refuses", "starts") if name in vector}


# Tokens


def key_source(settings: Vector) -> KeySource:
    if "secret" in settings:
        secret = settings["secret"]
        if isinstance(secret, list):
            secret = [SecretVersion(one["version"], one["value"]) for one in secret]
        algorithm = settings.get("algorithm", "HS256")
        return shared_secret(secret, algorithm=algorithm, issuer=settings.get("issuer"))
    rsa_algorithm = settings.get("rsaAlgorithm")
    return local_jwks(settings["jwks"], rsa_algorithm=rsa_algorithm, issuer=settings.get("issuer"))


def verifier_of(settings: Vector, now: float) -> Verifier:
    names = {
        "clockTolerance": "clock_tolerance",
        "maxTokenAge": "max_token_age",
        "maxTokenLength": "max_token_length",
        "typ": "typ",
    }
    return Verifier(
        keys=[key_source(one) for one in settings["keys"]],
        issuer=settings["issuer"],
        audience=settings["audience"],
        clock=lambda: now,
        **{names[name]: value for name, value in settings.items() if name in names},
    )


@each(TOKENS["vectors"])
def test_token(vector: Vector) -> None:
    verifier = verifier_of(TOKENS["settings"][vector["settings"]], vector["now"])
    assert judge(verifier, vector["token"]) == verdict_of(vector)


@each(TOKENS["vectors"])
def test_token_again(vector: Vector) -> None:
    """A verifier that has accepted and rejected other tokens, and this one already, says the same."""
    verifier = verifier_of(TOKENS["settings"][vector["settings"]], vector["now"])
    for other in ("", "a.b.c", vector["token"]):
        judge(verifier, other)
    assert judge(verifier, vector["token"]) == verdict_of(vector)


def judge(verifier: Verifier, token: str) -> Vector:
    try:
        return {"accepts": accepted(verifier.verify_sync(token))}
    except AuthError as error:
        return {"refuses": refused_by(error)}


# Requests


@each_of("authorization")
def test_authorization(vector: Vector) -> None:
    fields = [value for name, value in vector["headers"] if name.lower() == "authorization"]
    try:
        outcome = {"accepts": {"token": read_bearer(fields, has_query_token(vector["query"].encode()))}}
    except AuthError as error:
        outcome = {"refuses": refused_by(error)}
    assert outcome == verdict_of(vector)


@each_of("paths")
def test_path(vector: Vector) -> None:
    """The owner of the parameters that a router hands over.

    Starlette decodes a path before it routes, and may hand over others: see ``test_path_in_starlette``.
    """
    refusals = create_refusals(conceal_owner_mismatch=vector.get("concealOwnerMismatch", False))
    if vector["params"] is None:
        outcome = {"refuses": refused(NOT_FOUND, "not_found")}
    else:
        try:
            principal = Principal(id=vector["id"], expires_at=0)
            check_owner(principal, vector["params"], read_owner(vector["ownerParam"]))
            outcome = {"accepts": {"id": vector["id"]}}
        except AuthError as error:
            refusal = refusals[error.code]
            outcome = {"refuses": refused(refusal, json.loads(refusal.body)["code"])}
    assert outcome == verdict_of(vector)


def verifier_and_token(user: str) -> tuple[Verifier, str]:
    """A verifier, and a token of this user that it accepts."""
    settings, now = TOKENS["settings"]["secret"], 1_767_225_660
    claims = {
        "sub": user,
        "iss": settings["issuer"],
        "aud": settings["audience"],
        "iat": now,
        "exp": now + 60,
    }
    token = jwt.encode(claims, settings["keys"][0]["secret"], "HS256")
    return verifier_of(settings, now), token


def starlette_app(pattern: str) -> Starlette:
    """An app with one route, whose handler answers with its parameters."""
    parts = [f"{{{part[1:]}}}" if part.startswith(":") else part for part in pattern.split("/")]
    path = "/".join("{rest:path}" if part == "*" else part for part in parts)
    return Starlette(routes=[Route(path, lambda request: JSONResponse(request.path_params))])


def get(app: Starlette, target: str, token: str | None) -> tuple[int, str]:
    """Send a request as an HTTP server does that decodes the path once."""
    target = re.sub(r"^https?://[^/?#]*", "", target)
    path, _, query = target.partition("?")
    authorization = [] if token is None else [(b"authorization", f"Bearer {token}".encode())]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(b"host", b"api.example.com"), *authorization],
        "server": ("api.example.com", 80),
        "client": ("192.0.2.1", 50_000),
    }
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:]).decode()


@each_of("paths")
def test_path_in_starlette(vector: Vector) -> None:
    """The owner of the values that Starlette hands a handler, whatever it makes of the path."""
    verifier, token = verifier_and_token(vector["id"])
    owner = vector["ownerParam"]
    conceal = vector.get("concealOwnerMismatch", False)
    app = starlette_app(vector["pattern"])
    Usher(verifier, owner=owner, conceal_owner_mismatch=conceal).protect(app)
    open_status, open_body = get(starlette_app(vector["pattern"]), vector["path"], None)

    assert get(app, vector["path"], None)[0] == 401
    status, body = get(app, vector["path"], token)
    if open_status != 200:
        assert status == open_status
        return
    params = json.loads(open_body)
    names = [name for name in read_owner(owner) if name in params]
    if all(params[name] == vector["id"] for name in names):
        assert (status, json.loads(body)) == (200, params)
    else:
        assert body == create_refusals(conceal_owner_mismatch=conceal)["owner_mismatch"].body.decode()


@each_of("paths", "patterns")
def test_pattern_in_starlette(vector: Vector) -> None:
    verifier, token = verifier_and_token("alice")
    target = vector["pattern"].replace(":", "")

    def start() -> int:
        app = starlette_app(vector["pattern"])
        Usher(verifier, owner=vector["ownerParam"]).protect(app)
        run_lifespan(app)
        return get(app, target, token)[0]

    if vector["startsUp"]:
        assert start() in (200, 403)
    else:
        # Starlette itself refuses a pattern that has a parameter twice.
        with pytest.raises((ConfigurationError, ValueError)):
            start()


def run_lifespan(app: Starlette) -> None:
    """Start and stop the app as a server does, and raise what its start raises."""
    events = iter(["lifespan.startup", "lifespan.shutdown"])

    async def receive() -> Any:
        return {"type": next(events)}

    async def send(_message: Any) -> None:
        pass

    asyncio.run(app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send))


@each_of("paths", "patterns")
def test_pattern(vector: Vector) -> None:
    names = [part[1:] for part in vector["pattern"].split("/") if part.startswith(":")]
    owner = read_owner(vector["ownerParam"])
    # Starlette refuses a pattern that has a parameter twice.
    starts_up = len(set(names)) == len(names) and not any(meant_owner(name, owner) for name in names)
    assert starts_up == vector["startsUp"]


# Policies


def policy_of(settings: Vector) -> Policy:
    if "scopes" in settings:
        return require_scopes(*settings["scopes"])
    if "clientScopes" in settings:
        return require_client_scopes(*settings["clientScopes"])
    if "organizationRoles" in settings:
        return require_organization_role(*settings["organizationRoles"])
    if "impersonation" in settings:
        return forbid_impersonation()
    if "recentSignIn" in settings:
        return require_recent_sign_in(settings["recentSignIn"])
    name, expected = settings["claim"], settings["equals"]

    def has_value(claims: Any) -> bool:
        # 1 == True in Python.
        value = claims.get(name)
        return type(value) is type(expected) and value == expected

    return require_claim(has_value, name)


@each_of("policies")
def test_policy(vector: Vector) -> None:
    principal = principal_of(vector)
    try:
        now = read_file("policies")["now"]
        check_policies(principal, [policy_of(one) for one in vector["policies"]], now)
        outcome: Vector = {"accepts": True}
    except AuthError as error:
        outcome = {"refuses": refused_by(error)}
    assert outcome == verdict_of(vector)


def principal_of(vector: Vector) -> Principal:
    """The user alice in their own session, with what the vector says."""
    given = vector.get("principal", {})
    return Principal(
        id=given.get("id", "alice"),
        expires_at=0,
        kind=given.get("kind", "user"),
        client_id=given.get("clientId"),
        actor_id=given.get("actorId"),
        claims=vector["claims"],
    )


@each_of("callers")
def test_caller(vector: Vector) -> None:
    settings = vector.get("rule")
    rule = settings and OwnerRule(
        others=tuple(map(policy_of, settings.get("or", []))),
        params=tuple(settings.get("params", [])),
        clients=tuple(map(policy_of, settings.get("clients", []))),
    )
    owner = read_owner(vector["owners"])
    now = read_file("callers")["now"]
    try:
        used = check_owner(principal_of(vector), vector["params"], owner, rule, now)
        outcome: Vector = {"accepts": [{"param": one.param, "value": one.value} for one in used]}
    except AuthError as error:
        outcome = {"refuses": refused_by(error)}
    assert outcome == verdict_of(vector)


@each_of("policies", "scopes")
def test_scopes(vector: Vector) -> None:
    if vector["startsUp"]:
        require_scopes(*vector["scopes"])
    else:
        with pytest.raises(ConfigurationError):
            require_scopes(*vector["scopes"])


# Key sets


class Issuer:
    """What a key set is fetched from, by a clock that only the steps move."""

    def __init__(self) -> None:
        self.now = 0.0
        self.serves: Vector | None = None
        self.fetches = 0

    def fetch(self, _url: str) -> JwksResponse:
        self.fetches += 1
        if self.serves is None:
            raise ConnectionRefusedError
        body = self.serves["body"] + " " * self.serves.get("padding", 0)
        content_type = self.serves.get("headers", {}).get("content-type", "application/json")
        return JwksResponse(self.serves["status"], body.encode(), content_type)


def wait_for_background_fetches() -> None:
    """A fetch that began in the background ends before the next step."""
    deadline = time.monotonic() + 5
    while any(thread.name == "usher-auth keys" for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "a fetch does not end"
        time.sleep(0.001)


@each_of("keysets")
def test_key_set(vector: Vector) -> None:
    issuer = Issuer()
    settings = vector["settings"]
    keys = remote_jwks(
        "https://app.example.com/api/auth/jwks",
        max_age=settings["maxAge"],
        max_stale=settings["maxStale"],
        cooldown=settings["cooldown"],
        fetch=issuer.fetch,
        clock=lambda: issuer.now,
        random=lambda: 0.5,
    )
    verifier = Verifier(
        keys=keys,
        issuer=vector["issuer"],
        audience=vector["audience"],
        clock=lambda: vector["start"] + issuer.now,
    )
    for step in vector["steps"]:
        issuer.now = step["at"]
        if "issuerServes" in step:
            issuer.serves = step["issuerServes"]
            continue
        try:
            outcome: Vector = {"accepts": {"id": asyncio.run(verifier.verify(step["token"])).id}}
        except AuthError as error:
            outcome = {"refuses": refused_by(error)}
        wait_for_background_fetches()
        assert outcome == verdict_of(step), f"at {step['at']} s"
        # A request may join a fetch in the background instead of starting its own.
        assert issuer.fetches <= step["fetches"], f"at {step['at']} s"


# Configuration


@each_of("configuration")
def test_configuration(vector: Vector) -> None:
    try:
        verifier = verifier_from_env(vector["env"])
    except ConfigurationError as error:
        assert "refuses" in vector, str(error)
        message = str(error)
        assert [name for name in vector["refuses"]["names"] if name not in message] == []
        secrets = [value for name, value in vector["env"].items() if "SECRET" in name and value]
        assert [value for value in secrets if value in message] == []
        return
    outcome = {
        "fingerprint": secret_fingerprint_from_env(vector["env"]),
        "tokens": [judge(verifier, token) for token in vector["tokens"]],
    }
    assert {"starts": outcome} == verdict_of(vector)


# Hosts


@each_of("hosts")
def test_host(vector: Vector) -> None:
    refused_parts = {"url": "the URL must", "allowInsecureHosts": "allow_insecure_hosts \\(USHER_"}
    try:
        remote_jwks(vector["url"], allow_insecure_hosts=vector["allowInsecureHosts"])
    except ConfigurationError as error:
        expected = "the URL must" if "mayRefuse" in vector else refused_parts[vector["refuses"]]
        assert re.match(f"remote_jwks: {expected}", str(error))
    else:
        assert "accepts" in vector


# Errors


@each_of("errors")
def test_error(vector: Vector) -> None:
    refusals = create_refusals(vector.get("realm", "api"), vector.get("concealOwnerMismatch", False))
    refusal = refusals[vector["code"]]
    assert {
        "status": refusal.status,
        "headers": dict(refusal.headers),
        "body": refusal.body.decode(),
        "problem": json.loads(refusal.body),
    } == vector["responds"]


@each_of("errors", "httpErrors")
def test_http_error(vector: Vector) -> None:
    expected = json.dumps(vector["problem"], separators=(",", ":"))
    assert http_problem(vector["status"]).to_bytes().decode() == expected


def test_the_codes_are_those_of_the_contract() -> None:
    codes = {vector["code"] for vector in read_file("errors")["vectors"]}
    assert set(create_refusals()) == codes
