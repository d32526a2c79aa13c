"""A tasks API as people write it by hand with FastAPI and PyJWT, without Usher.

FLAW plants one mistake in it. Without FLAW it is correct. It keeps its data in memory.
"""

import os
import re
from typing import Annotated, Any

import jwt
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import PlainTextResponse
from fastapi.security import HTTPBearer
from pydantic import BaseModel, Field

FLAW = os.environ.get("FLAW", "")
SECRET, ISSUER, AUDIENCE = (os.environ[name] for name in ("SECRET", "ISSUER", "AUDIENCE"))

tasks: dict[int, dict[str, Any]] = {}
last_id = 0

app = FastAPI(title="Tasks")
# For the document: `current_user` reads the header.
bearer = Depends(HTTPBearer(auto_error=False))


def refuse() -> HTTPException:
    return HTTPException(401, headers={"www-authenticate": "Bearer"})


def token_of(request: Request) -> str:
    match = re.fullmatch(r"Bearer ([^ ]+)", request.headers.get("authorization", ""), re.IGNORECASE)
    if match:
        return match[1]
    if FLAW == "token_in_query" and "access_token" in request.query_params:
        return request.query_params["access_token"]
    raise refuse()


def verify(token: str) -> str:
    options: dict[str, Any] = {"require": ["exp", "sub"]}
    if FLAW == "expired_accepted":
        options = {"verify_exp": False}
    if FLAW == "garbage_throws":
        jwt.get_unverified_header(token)
    try:
        algorithm = str(jwt.get_unverified_header(token)["alg"])
        if FLAW == "unsigned_accepted" and algorithm.lower() == "none":
            return str(jwt.decode(token, options={"verify_signature": False, "verify_exp": True})["sub"])
        if FLAW == "signature_ignored" and algorithm == "HS256":
            return str(jwt.decode(token, options={"verify_signature": False, "verify_exp": True})["sub"])
        claims = jwt.decode(
            token, SECRET, algorithms=["HS256"], issuer=ISSUER, audience=AUDIENCE, options=options
        )
    except jwt.InvalidTokenError as error:
        raise refuse() from error
    return str(claims["sub"])


def current_user(request: Request) -> str:
    if FLAW == "method_override" and request.headers.get("x-http-method-override") == "OPTIONS":
        return str(request.path_params.get("user_id"))  # taken for a preflight
    if FLAW == "head_unguarded" and request.method not in ("GET", "POST", "PUT", "DELETE"):
        return ""
    return verify(token_of(request))


User = Annotated[str, Depends(current_user)]


def owner(request: Request, user_id: str, user: User) -> str:
    """The user in the path, who must be the token's."""
    is_same = user_id == user
    if FLAW == "owner_ignored":
        is_same = True
    if FLAW == "owner_in_any_case":
        is_same = user_id.lower() == user.lower()
    if FLAW == "owner_in_raw_path":
        match = re.match(r"/api/([\w-]+)/", request.scope["raw_path"].decode())
        is_same = match is None or match[1] == user
    if not is_same:
        quoted = [task["title"] for task in tasks.values() if task["user_id"] == user_id]
        raise HTTPException(403, f"{quoted} are not yours" if FLAW == "refusal_quotes" else None)
    return user_id


Owner = Annotated[str, Depends(owner)]


class NewTask(BaseModel):
    title: str = Field(min_length=1, max_length=200)


def show(task: dict[str, Any]) -> dict[str, Any]:
    return {"id": task["id"], "title": task["title"]}


def tasks_of(user: str) -> list[dict[str, Any]]:
    return [show(task) for task in tasks.values() if task["user_id"] == user]


def find(user: str, task_id: int, by_id_alone: bool) -> dict[str, Any]:
    task = tasks.get(task_id)
    if task is None or (task["user_id"] != user and not by_id_alone):
        raise HTTPException(404)
    return task


@app.get("/health", openapi_extra={"security": []})
def health() -> dict[str, str]:
    return {"status": "live"}


@app.get("/tasks", dependencies=[bearer])
def my_tasks(user: User) -> list[dict[str, Any]]:
    if FLAW == "list_of_everybody":
        return [show(task) for task in tasks.values()]
    return tasks_of(user)


@app.head("/tasks", include_in_schema=False)
def head_tasks(user: User) -> Response:
    return Response(media_type="application/json")


if FLAW == "open_route":

    @app.get("/export", dependencies=[bearer])
    def open_export() -> PlainTextResponse:
        return PlainTextResponse("id,title\n")


@app.get("/export", dependencies=[bearer])
def export(user: User) -> PlainTextResponse:
    rows = tasks.values() if FLAW == "export_of_everybody" else tasks_of(user)
    return PlainTextResponse("id,title\n" + "".join(f"{row['id']},{row['title']}\n" for row in rows))


@app.get("/api/{user_id}/tasks", dependencies=[bearer])
def list_tasks(user: Owner) -> list[dict[str, Any]]:
    return tasks_of(user)


@app.post("/api/{user_id}/tasks", dependencies=[bearer], status_code=201)
def create_task(user: Owner, body: NewTask) -> dict[str, Any]:
    global last_id
    last_id += 1
    tasks[last_id] = {"id": last_id, "user_id": user, "title": body.title}
    return show(tasks[last_id])


@app.get("/api/{user_id}/tasks/{task_id}", dependencies=[bearer])
def read_task(user: Owner, task_id: int) -> dict[str, Any]:
    return show(find(user, task_id, FLAW == "object_by_id"))


@app.put("/api/{user_id}/tasks/{task_id}", dependencies=[bearer])
def change_task(user: Owner, task_id: int, body: NewTask) -> dict[str, Any]:
    task = find(user, task_id, FLAW == "write_by_id")
    task["title"] = body.title
    return show(task)


@app.delete("/api/{user_id}/tasks/{task_id}", dependencies=[bearer], status_code=204)
def delete_task(user: Owner, task_id: int) -> None:
    del tasks[find(user, task_id, FLAW == "delete_by_id")["id"]]


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning", access_log=False)
