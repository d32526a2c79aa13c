"""The tasks of each user, in SQLite. All statements are here, and every one has ``owner_id = ?``."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

from fastapi import HTTPException

log = logging.getLogger("uvicorn.error")

SCHEMA = """
CREATE TABLE IF NOT EXISTS tasks (
  id TEXT PRIMARY KEY,
  owner_id TEXT NOT NULL,
  title TEXT NOT NULL,
  notes TEXT,
  completed INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS tasks_owner_newest_first ON tasks (owner_id, created_at DESC, id DESC);
"""

Row = dict[str, Any]


class Database:
    """The file of all users' tasks. Handlers get the tasks of one user: :meth:`tasks_of`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = path
        with closing(self._connect()) as connection:
            # Readers do not wait for a writer.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(SCHEMA)

    def tasks_of(self, owner_id: str) -> Tasks:
        """The tasks of one user, and no others."""
        return Tasks(self, owner_id)

    def run(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """Run one statement in a transaction, which is on disk when this returns.

        :raises HTTPException: 503: the file is locked, or its disk is full.
        """
        try:
            # A connection for each statement, because a handler may run in any thread.
            with closing(self._connect()) as connection:
                return [dict(row) for row in connection.execute(statement, values).fetchall()]
        except sqlite3.OperationalError as error:
            log.error("the database cannot answer: %s", error)
            raise HTTPException(503, headers={"retry-after": "5"}) from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None)
        connection.row_factory = sqlite3.Row
        return connection


class Tasks:
    """The tasks of one user. The owner is in every statement, so that no handler can forget it."""

    def __init__(self, database: Database, owner_id: str) -> None:
        self._database = database
        self._owner_id = owner_id

    def page(self, completed: bool | None, after: tuple[str, str] | None, limit: int) -> list[Row]:
        """One page, newest first. ``after`` is the creation time and the id of the last task before it."""
        created_at, id_ = after or ("9999", "")
        return self._database.run(
            "SELECT * FROM tasks WHERE owner_id = ? AND completed = coalesce(?, completed)"
            " AND (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?",
            (self._owner_id, completed, created_at, id_, limit),
        )

    def find(self, id_: str) -> Row | None:
        return _first(
            self._database.run("SELECT * FROM tasks WHERE owner_id = ? AND id = ?", (self._owner_id, id_))
        )

    def create(self, title: str, notes: str | None) -> Row:
        now = _now()
        [created] = self._database.run(
            "INSERT INTO tasks (id, owner_id, title, notes, created_at, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?) RETURNING *",
            (str(uuid4()), self._owner_id, title, notes, now, now),
        )
        return created

    def replace(self, id_: str, title: str, notes: str | None, completed: bool) -> Row | None:
        return _first(
            self._database.run(
                "UPDATE tasks SET title = ?, notes = ?, completed = ?, updated_at = ?"
                " WHERE owner_id = ? AND id = ? RETURNING *",
                (title, notes, completed, _now(), self._owner_id, id_),
            )
        )

    def complete(self, id_: str, completed: bool) -> Row | None:
        return _first(
            self._database.run(
                "UPDATE tasks SET completed = ?, updated_at = ? WHERE owner_id = ? AND id = ? RETURNING *",
                (completed, _now(), self._owner_id, id_),
            )
        )

    def delete(self, id_: str) -> bool:
        """Whether the task existed."""
        return bool(
            self._database.run(
                "DELETE FROM tasks WHERE owner_id = ? AND id = ? RETURNING id", (self._owner_id, id_)
            )
        )


def _first(rows: Sequence[Row]) -> Row | None:
    return rows[0] if rows else None


def _now() -> str:
    """RFC 3339 in UTC, to the microsecond, so that texts sort as times do."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
