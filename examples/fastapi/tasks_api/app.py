"""The application: the guard, CORS, and the routes."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from usher_auth import better_auth_issuer

from .database import Database
from .guard import create_revocation_table, create_usher
from .health import health_routes
from .tasks import task_routes


def create_app(env: Mapping[str, str] = os.environ) -> FastAPI:
    """Build the API from environment variables. Does not listen.

    :raises ConfigurationError: a variable is missing or invalid. The message says which.
    """
    usher = create_usher(env)
    database = Database(Path(env.get("DATA_DIR") or ".data") / "fastapi" / "tasks.db")

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await create_revocation_table(env)
        yield

    # `/tasks/` is not `/tasks`.
    app = FastAPI(title="Tasks", version="0.1.0", lifespan=lifespan, redirect_slashes=False, redoc_url=None)
    # From here on, every route requires a token unless it is marked public, and so does every unknown path.
    usher.protect(app, public_docs=True)
    usher.backchannel_logout(app)
    app.include_router(health_routes(usher, database))
    app.include_router(task_routes(usher, database))
    app.add_middleware(
        CORSMiddleware,
        allow_origins=[better_auth_issuer(env.get("BETTER_AUTH_URL") or "http://localhost:3000")],
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["authorization", "content-type", "x-request-id"],
        expose_headers=["location", "retry-after", "www-authenticate"],
        max_age=600,
    )
    return app
