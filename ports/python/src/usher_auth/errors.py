"""The closed list of reasons to reject a request, and the error that carries one."""

from __future__ import annotations

from collections.abc import Iterable

SENTENCES: dict[str, str] = {
    "credentials_missing": "This endpoint needs a bearer token in the Authorization header.",
    "credentials_ambiguous": "The request carries more than one set of credentials.",
    "token_too_large": "The token is longer than this API accepts.",
    "token_malformed": "The token is not a well-formed JWT.",
    "token_unsupported": "The token is of a kind that this API does not accept.",
    "algorithm_rejected": "The token is signed with an algorithm that this API does not accept.",
    "key_unknown": "The token is signed with a key that this API does not know.",
    "signature_invalid": "The token's signature does not match.",
    "claims_invalid": "A required claim is missing or has the wrong type.",
    "issuer_rejected": "The token comes from an issuer that this API does not trust.",
    "audience_rejected": "The token is meant for another audience.",
    "token_expired": "The token has expired.",
    "token_not_yet_valid": "The token is not valid yet.",
    "token_revoked": "The token has been revoked.",
    "owner_mismatch": "This resource belongs to another user.",
    "scope_insufficient": "The token does not grant the scope that this endpoint needs.",
    "impersonation_forbidden": "This endpoint cannot be used while acting as another user.",
    "reauthentication_required": "This endpoint needs a more recent sign-in.",
    "keys_unavailable": "The verification keys are not available at the moment.",
    "revocations_unavailable": "The revocations are not available at the moment.",
}
"""The sentence of each code: all that a client reads. It reveals nothing of the request or the settings."""

CODES: tuple[str, ...] = tuple(SENTENCES)
"""Every code, in the order of the checks."""


class AuthError(Exception):
    """A rejected request.

    ``str(error)`` is a fixed sentence and safe to show to a client. ``hint`` is for logs only: it may name
    expected and actual issuers. Neither contains a token or a secret.

    :param code: one code of :data:`CODES`. Switch on it; never compare messages.
    :param hint: for the operator: the likely cause and what to do.
    :param scopes: for ``scope_insufficient``: the scopes that are needed. The client gets them.
    :param max_age: for ``reauthentication_required``: how old a sign-in may be, in seconds. The client gets
        it.
    :raises ValueError: the code is not in the list.

    >>> str(AuthError("token_expired", hint="expired 20 s ago"))
    'The token has expired.'
    """

    code: str
    hint: str | None
    scopes: tuple[str, ...]
    max_age: int | None

    def __init__(
        self,
        code: str,
        *,
        hint: str | None = None,
        scopes: Iterable[str] = (),
        max_age: int | None = None,
    ) -> None:
        if code not in SENTENCES:
            raise ValueError("AuthError: the code is not in the list.")
        super().__init__(SENTENCES[code])
        self.code = code
        self.hint = hint
        self.scopes = tuple(scopes)
        self.max_age = max_age

    def __reduce__(self) -> tuple[object, ...]:
        return (_restore, (self.code, self.hint, self.scopes, self.max_age))


def _restore(code: str, hint: str | None, scopes: tuple[str, ...], max_age: int | None) -> AuthError:
    return AuthError(code, hint=hint, scopes=scopes, max_age=max_age)


class ConfigurationError(TypeError):
    """An invalid option or environment variable.

    Raised at construction, never while a request is served. The message says what to do, and contains no
    value of a secret.
    """
