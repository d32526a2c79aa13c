"""The example of examples/fastapi. Each response tells in a header for which user a handler ran.

It has one more route, ``/echo/{user_id}/tasks``: public, and shows what Starlette makes of a path.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import quote

from tasks_api import __main__ as program
from tasks_api.app import create_app
from tasks_api.database import Database, Tasks
from usher_auth import public

users: ContextVar[list[str]] = ContextVar("users")
tasks_of = Database.tasks_of


def recorded_tasks_of(self: Database, owner_id: str) -> Tasks:
    """Every handler of tasks gets them from here."""
    users.get().append(owner_id)
    return tasks_of(self, owner_id)


def create_recorded_app(env: Mapping[str, str]) -> Any:
    app = create_app(env)

    @app.get("/echo/{user_id}/tasks", include_in_schema=False)
    @public
    def echo(user_id: str) -> dict[str, dict[str, str]]:
        return {"params": {"userId": user_id}}

    async def recorded(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        seen: list[str] = []
        users.set(seen)

        async def tell(message: Any) -> None:
            if message["type"] == "http.response.start":
                told = [(b"x-ran-for", quote(user, safe="").encode()) for user in seen]
                message = {**message, "headers": [*message.get("headers", []), *told]}
            await send(message)

        await app(scope, receive, tell)

    return recorded


Database.tasks_of = recorded_tasks_of  # type: ignore[method-assign]
program.create_app = create_recorded_app  # type: ignore[assignment]
program.main()
