"""The guard, and what tells it of sign-outs."""

from __future__ import annotations

from collections.abc import Mapping

from usher_auth import MemoryRevocationStore, Revocations, RevocationStore, Usher


def create_usher(env: Mapping[str, str]) -> Usher:
    """Create the guard: keys, issuer and audience come from the environment.

    :raises ConfigurationError: a variable is missing or invalid. The message says which.
    """
    settings = {
        **env,
        "BETTER_AUTH_URL": env.get("BETTER_AUTH_URL") or "http://localhost:3000",
        "API_URL": env.get("API_URL") or "http://localhost:3001",
    }
    # A token that is older than a day is refused: no revocation is kept for longer.
    revocations = Revocations(revocation_store(env), max_token_age=86_400)
    return Usher.from_env(settings, owner="user_id", revocations=revocations)


def revocation_store(env: Mapping[str, str]) -> RevocationStore:
    """Where sign-outs are kept: in Postgres for several processes, or else in this process's memory.

    Memory forgets them at a restart: a token of a session that has ended is then accepted until it expires.
    """
    url = env.get("DATABASE_URL")
    if not url:
        return MemoryRevocationStore()
    # Optional, so it is imported where it is used.
    from usher_auth.postgres import PostgresRevocationStore

    return PostgresRevocationStore(url)


async def create_revocation_table(env: Mapping[str, str]) -> None:
    """Before the first request. Does nothing without Postgres."""
    url = env.get("DATABASE_URL")
    if url:
        from usher_auth.postgres import migrate_revocations

        await migrate_revocations(url)
