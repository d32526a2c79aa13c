"""The closed list of reasons to reject a request, and the error that carries one."""

from __future__ import annotations

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
    :raises ValueError: the code is not in the list.

    >>> str(AuthError("token_expired", hint="expired 20 s ago"))
    'The token has expired.'
    """

    code: str
    hint: str | None

    def __init__(self, code: str, *, hint: str | None = None) -> None:
        if code not in SENTENCES:
            raise ValueError("AuthError: the code is not in the list.")
        super().__init__(SENTENCES[code])
        self.code = code
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        return (_restore, (self.code, self.hint))


def _restore(code: str, hint: str | None) -> AuthError:
    return AuthError(code, hint=hint)


class ConfigurationError(TypeError):
    """An invalid option or environment variable.

    Raised at construction, never while a request is served. The message says what to do, and contains no
    value of a secret.
    """
