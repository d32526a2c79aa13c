"""Whether the process runs, and whether it can serve requests.

Not in the document: they are no part of the API. ``usher.gate.yaml`` makes them public.
"""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from .database import Database


class Live(BaseModel):
    status: Literal["live"] = "live"


class Ready(BaseModel):
    status: Literal["ready", "unavailable"]


def health_routes(database: Database) -> APIRouter:
    router = APIRouter(prefix="/health", include_in_schema=False)

    @router.get("/live")
    async def live() -> Live:
        return Live()

    @router.get("/ready")
    async def ready(response: Response) -> Ready:
        try:
            await run_in_threadpool(database.run, "SELECT 1")
        except HTTPException:
            response.status_code = 503
            return Ready(status="unavailable")
        return Ready(status="ready")

    return router
