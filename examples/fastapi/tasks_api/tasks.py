"""The tasks of one user. The guard requires ``user_id`` to be the principal's; no handler compares it."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Query, Response
from usher_auth import Principal, Usher

from .database import Database, Row, Tasks
from .models import Completion, NewTask, Status, Task, TaskPage, TaskReplacement

CURSOR = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z_[0-9a-f-]{36}$"
# The guard answers errors with a Problem, and adds it to the document.
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"description": "Not found", "content": PROBLEM}}


def task_routes(usher: Usher, database: Database) -> APIRouter:
    router = APIRouter(prefix="/api/{user_id}/tasks", tags=["tasks"])

    def own_tasks(principal: Annotated[Principal, Depends(usher.principal)]) -> Tasks:
        return database.tasks_of(principal.id)

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
    def create_task(user_id: str, body: NewTask, tasks: OwnTasks, response: Response) -> Row:
        created = tasks.create(body.title, body.notes)
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
    """Another user's task is a 404 too: it is not among the rows of this user."""
    if row is None:
        raise HTTPException(404)
    return row
