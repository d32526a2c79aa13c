"""The application: its routes, and problem bodies for its errors."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI

from .database import Database
from .health import health_routes
from .problems import install_problems
from .tasks import task_routes


def create_app(data_folder: Path) -> FastAPI:
    """Build the API. Does not listen."""
    database = Database(data_folder / "todo-fastapi" / "tasks.db")
    # `/tasks/` is not `/tasks`. The gate asks for /openapi.json, and takes its rules from it.
    app = FastAPI(title="Tasks", version="0.1.0", redirect_slashes=False, redoc_url=None)
    install_problems(app)
    app.include_router(health_routes(database))
    app.include_router(task_routes(database))
    return app
