"""The tasks of one user: the one in the path. The gate has compared ``user_id`` with the user who asks."""

import logging
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Query, Response

from .caller import Caller
from .database import Database, Row, Tasks
from .models import Completion, NewTask, Status, Task, TaskPage, TaskReplacement
from .problems import INVALID, NOT_FOUND

CURSOR = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z_[0-9a-f-]{36}$"

log = logging.getLogger("todo_api")


def task_routes(database: Database) -> APIRouter:
    router = APIRouter(prefix="/api/{user_id}/tasks", tags=["tasks"], responses=INVALID)

    def own_tasks(user_id: str) -> Tasks:
        return database.tasks_of(user_id)

    OwnTasks = Annotated[Tasks, Depends(own_tasks)]  # noqa: N806 (a type)

    @router.get("", response_model=TaskPage)
    def list_tasks(
        tasks: OwnTasks,
        status: Status = Status.ALL,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        cursor: Annotated[str | None, Query(pattern=CURSOR)] = None,
    ) -> dict[str, object]:
        after = None if cursor is None else (cursor[:27], cursor[28:])
        completed = None if status is Status.ALL else status is Status.DONE
        found = tasks.page(completed, after, limit + 1)
        page = found[:limit]
        more = len(found) > limit
        return {
            "tasks": page,
            "next_cursor": f"{page[-1]['created_at']}_{page[-1]['id']}" if more else None,
        }

    @router.post("", response_model=Task, status_code=201)
    def create_task(user_id: str, body: NewTask, tasks: OwnTasks, caller: Caller, response: Response) -> Row:
        created = tasks.create(body.title, body.notes)
        log.info("user %r created task %s", caller, created["id"])
        response.headers["location"] = f"/api/{quote(user_id, safe='')}/tasks/{created['id']}"
        return created

    @router.get("/{task_id}", response_model=Task, responses=NOT_FOUND)
    def read_task(task_id: str, tasks: OwnTasks) -> Row:
        return found_or_404(tasks.find(task_id))

    @router.put("/{task_id}", response_model=Task, responses=NOT_FOUND)
    def replace_task(task_id: str, body: TaskReplacement, tasks: OwnTasks) -> Row:
        return found_or_404(tasks.replace(task_id, body.title, body.notes, body.completed))

    @router.patch("/{task_id}/complete", response_model=Task, responses=NOT_FOUND)
    def complete_task(task_id: str, tasks: OwnTasks, body: Completion | None = None) -> Row:
        return found_or_404(tasks.complete(task_id, body is None or body.completed))

    @router.delete("/{task_id}", status_code=204, responses=NOT_FOUND)
    def delete_task(task_id: str, tasks: OwnTasks) -> None:
        if not tasks.delete(task_id):
            raise HTTPException(404)

    return router


def found_or_404(row: Row | None) -> Row:
    """Another user's task is a 404 too: it is not among the rows of the user in the path."""
    if row is None:
        raise HTTPException(404)
    return row
