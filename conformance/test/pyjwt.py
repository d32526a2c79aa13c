"""Verifies and signs with PyJWT. Reads requests as JSON from standard input, and writes the results."""

import json
import sys

import jwt


def key_of(key):
    """A secret, or a JWK with its ``alg``."""
    return key if isinstance(key, str) else jwt.PyJWK.from_dict(key).key


def verify(request):
    try:
        claims = jwt.decode(
            request["token"],
            key_of(request["key"]),
            algorithms=[request["algorithm"]],
            audience=request["audience"],
            issuer=request["issuer"],
            options={"require": ["sub", "iss", "aud", "exp", "iat"]},
        )
        return {"claims": claims}
    except jwt.InvalidTokenError as error:
        return {"error": type(error).__name__}


def sign(request):
    headers = {"kid": request["kid"]} if "kid" in request else None
    key = key_of(request["key"])
    return {"token": jwt.encode(request["claims"], key, request["algorithm"], headers=headers)}


requests = json.load(sys.stdin)
results = [verify(request) if "token" in request else sign(request) for request in requests]
json.dump(results, sys.stdout)
