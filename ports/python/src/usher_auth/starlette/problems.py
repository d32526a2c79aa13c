"""Problem bodies for the framework's own errors, so that all errors of an API have one form."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from ..problem import PROBLEM_CONTENT_TYPE, http_problem

try:
    from fastapi.exception_handlers import http_exception_handler, request_validation_exception_handler
    from fastapi.exceptions import RequestValidationError

    _DEFAULTS: tuple[object, ...] = (http_exception_handler, request_validation_exception_handler)
    _VALIDATION_ERROR: Any = RequestValidationError
except ImportError:
    _DEFAULTS, _VALIDATION_ERROR = (), None


def install_problems(app: Starlette) -> None:
    """Answer errors with a problem body. A handler that the application has set itself stays."""
    _set(app, HTTPException, _http_error)
    if _VALIDATION_ERROR is not None:
        _set(app, _VALIDATION_ERROR, _invalid_request)
    # Starlette raises the error again after the response, so that it is logged.
    _set(app, Exception, _internal_error)


def _set(app: Starlette, kind: Any, handler: Any) -> None:
    present = app.exception_handlers.get(kind)
    if present is None or present in _DEFAULTS:
        app.exception_handlers[kind] = handler


async def _http_error(request: Request | WebSocket, error: HTTPException) -> Response:
    if error.status_code in (204, 304) or error.status_code < 200:
        return Response(status_code=error.status_code, headers=error.headers)
    return _response(error.status_code, _sentence(error), error.headers)


async def _invalid_request(request: Request, error: Exception) -> Response:
    # What FastAPI says about it repeats the request's content.
    return _response(422)


async def _internal_error(request: Request, error: Exception) -> Response:
    return _response(500)


def _sentence(error: HTTPException) -> str | None:
    """What the application says; None if it is the framework's own name of the status."""
    try:
        phrase = HTTPStatus(error.status_code).phrase
    except ValueError:
        phrase = ""
    return error.detail if isinstance(error.detail, str) and error.detail not in ("", phrase) else None


def _response(status: int, detail: str | None = None, headers: Any = None) -> Response:
    body = http_problem(status, detail).to_bytes()
    return Response(body, status, {"cache-control": "no-store", **(headers or {})}, PROBLEM_CONTENT_TYPE)
