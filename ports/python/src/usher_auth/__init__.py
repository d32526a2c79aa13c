"""The guard of a FastAPI or Starlette API whose users sign in with Better Auth.

from usher_auth import Usher

usher = Usher.from_env()
usher.protect(app)
"""

from __future__ import annotations

from .env import better_auth_issuer, secret_fingerprint_from_env, verifier_from_env
from .errors import CODES, AuthError, ConfigurationError
from .keys.jwks import JwksResponse, local_jwks, remote_jwks
from .keys.key_set import KeySource
from .keys.secret import SecretVersion, parse_secret_versions, secret_fingerprint, shared_secret
from .logout import LogoutEndpoint
from .owner import OwnerException, OwnerRule
from .policies import (
    forbid_impersonation,
    require_claim,
    require_client_scopes,
    require_organization_role,
    require_recent_sign_in,
    require_scopes,
)
from .policy import Policy, PolicyRefusal
from .principal import Principal
from .revocation import MemoryRevocationStore, Revocation, Revocations, RevocationStore
from .starlette.usher import Usher, public
from .starlette.websocket import SocketSession
from .verifier import Verifier

__all__ = [
    "CODES",
    "AuthError",
    "ConfigurationError",
    "JwksResponse",
    "KeySource",
    "LogoutEndpoint",
    "MemoryRevocationStore",
    "OwnerException",
    "OwnerRule",
    "Policy",
    "PolicyRefusal",
    "Principal",
    "Revocation",
    "RevocationStore",
    "Revocations",
    "SecretVersion",
    "SocketSession",
    "Usher",
    "Verifier",
    "better_auth_issuer",
    "forbid_impersonation",
    "local_jwks",
    "parse_secret_versions",
    "public",
    "remote_jwks",
    "require_claim",
    "require_client_scopes",
    "require_organization_role",
    "require_recent_sign_in",
    "require_scopes",
    "secret_fingerprint",
    "secret_fingerprint_from_env",
    "shared_secret",
    "verifier_from_env",
]
