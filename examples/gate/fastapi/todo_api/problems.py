"""Problem bodies (RFC 9457) for the API's own errors, in the form of the gate's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

CONTENT_TYPE = "application/problem+json"


class Problem(BaseModel):
    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str


# For the document. FastAPI adds no schema from a model for another media type than JSON.
PROBLEM: dict[str, Any] = {CONTENT_TYPE: {"schema": Problem.model_json_schema()}}
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"description": "Not found", "content": PROBLEM}}
INVALID: dict[int | str, dict[str, Any]] = {422: {"description": "Not valid", "content": PROBLEM}}


_ANSWERS: Mapping[int, tuple[str, str]] = {
    404: ("not_found", "There is nothing here."),
    405: ("method_not_allowed", "This endpoint does not support the method."),
    422: ("unprocessable_content", "The request's body cannot be processed."),
    500: ("internal_error", "Something went wrong on our side."),
    503: ("service_unavailable", "The service cannot answer at the moment."),
}


def install_problems(app: FastAPI) -> None:
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    # Starlette raises the error again after the response, so that it is logged.
    app.add_exception_handler(Exception, _internal_error)


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 (for the type checker)
    return _answer(error.status_code, error.headers)


async def _invalid_request(_request: Request, _error: Exception) -> Response:
    # What FastAPI says about it repeats the request's content.
    return _answer(422)


async def _internal_error(_request: Request, _error: Exception) -> Response:
    return _answer(500)


def _answer(status: int, headers: Mapping[str, str] | None = None) -> Response:
    code, detail = _ANSWERS.get(status, ("http_error", "The request failed."))
    problem = Problem(title=code.replace("_", " ").capitalize(), status=status, code=code, detail=detail)
    body = json.dumps(problem.model_dump())
    return Response(body, status, {"cache-control": "no-store", **(headers or {})}, CONTENT_TYPE)
