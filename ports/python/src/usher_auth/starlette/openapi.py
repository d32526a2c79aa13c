"""The guard in FastAPI's own document: the security scheme, and the problems that it answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette

from ..problem import PROBLEM_CONTENT_TYPE
from .marks import is_public, mark_public
from .routes import effective

if TYPE_CHECKING:
    from .usher import Usher

_SCHEME = "bearer"
_PROBLEM = "Problem"

_ANSWERS = {
    "400": "More than one set of credentials, or a malformed request",
    "401": "No valid token",
    "403": "Another user's path, or a missing scope",
    "503": "Keys or revocations are not available at the moment",
}


def document(app: Starlette, usher: Usher, public_docs: bool) -> None:
    """Extend the document of a FastAPI application. Does nothing for Starlette, which has none."""
    generate = getattr(app, "openapi", None)
    if generate is None:
        return
    if public_docs:
        for name in ("openapi_url", "docs_url", "redoc_url", "swagger_ui_oauth2_redirect_url"):
            _open(app, getattr(app, name, None), usher)

    def openapi() -> dict[str, Any]:
        schema: dict[str, Any] = generate()
        _extend(schema, app, usher)
        return schema

    # FastAPI's own advice for changing the document.
    app.openapi = openapi  # type: ignore[attr-defined]


def _open(app: Starlette, path: str | None, usher: Usher) -> None:
    """Only routes that FastAPI has made itself."""
    for route in app.routes:
        endpoint = getattr(route, "endpoint", None)
        if (
            getattr(route, "path", None) == path
            and getattr(endpoint, "__module__", "") == "fastapi.applications"
        ):
            mark_public(endpoint, usher)  # type: ignore[type-var]


def _extend(schema: dict[str, Any], app: Starlette, usher: Usher) -> None:
    components = schema.setdefault("components", {})
    components.setdefault("securitySchemes", {})[_SCHEME] = {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
    }
    components.setdefault("schemas", {}).setdefault(_PROBLEM, _problem_schema())
    paths = schema.get("paths", {})
    for route in effective(app.routes):
        path: str = getattr(route, "path_format", None) or ""
        operations = paths.get(path, {})
        for method in getattr(route, "methods", None) or ():
            operation = operations.get(method.lower())
            if operation is not None:
                _add_parameters(operation, path)
                _extend_operation(operation, is_public(route.endpoint, usher))


def _add_parameters(operation: dict[str, Any], path: str) -> None:
    """FastAPI documents only the parameters that a handler reads, and no handler needs to read its owner."""
    parameters = operation.get("parameters", [])
    known = {parameter.get("name") for parameter in parameters if parameter.get("in") == "path"}
    missing = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", path)
        if name not in known
    ]
    if missing:
        operation["parameters"] = [*missing, *parameters]


def _extend_operation(operation: dict[str, Any], is_open: bool) -> None:
    responses = operation.setdefault("responses", {})
    if "422" in responses and "application/json" in responses["422"].get("content", {}):
        responses["422"] = _problem_response("The request does not fit its schema")
    if is_open:
        operation["security"] = []
        return
    operation["security"] = [{_SCHEME: []}]
    for status, description in _ANSWERS.items():
        responses.setdefault(status, _problem_response(description))


def _problem_response(description: str) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{_PROBLEM}"}
    return {"description": description, "content": {PROBLEM_CONTENT_TYPE: {"schema": reference}}}


def _problem_schema() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "title": _PROBLEM,
        "description": "RFC 9457",
        "type": "object",
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "code": text,
            "detail": text,
        },
    }
