"""Revocations in Postgres, in the table of ``@usher-auth/postgres``: a sign-out reaches every process.

Needs asyncpg or psycopg 3.2: ``pip install usher-auth[asyncpg]`` or ``usher-auth[psycopg]``.
"""

from __future__ import annotations

from .store import PostgresRevocationStore, migrate_revocations

__all__ = ["PostgresRevocationStore", "migrate_revocations"]
