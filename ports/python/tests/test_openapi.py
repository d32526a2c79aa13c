"""The guard in FastAPI's document."""

from __future__ import annotations

from fastapi import FastAPI

from usher_auth import Usher

ENV = {
    "BETTER_AUTH_URL": "https://app.example.com",
    "API_URL": "https://api.example.com",
    "BETTER_AUTH_SECRET": "zJ3vQ8nL5xR1tY7wK2mB9cF4hD6gS0pA",
}


def test_documents_a_path_parameter_that_no_handler_reads() -> None:
    app = Usher.from_env(ENV).protect(FastAPI())

    @app.get("/api/{user_id}/tasks/{task_id}")
    def read(task_id: int) -> None: ...

    # A second time, because FastAPI keeps the document.
    for document in (app.openapi(), app.openapi()):
        parameters = document["paths"]["/api/{user_id}/tasks/{task_id}"]["get"]["parameters"]
        assert [(found["name"], found["in"], found["required"]) for found in parameters] == [
            ("user_id", "path", True),
            ("task_id", "path", True),
        ]
        assert parameters[1]["schema"]["type"] == "integer"
