"""An ASGI application that accepts every request, prints it as a line of JSON, and answers with its target.

uvicorn runs it. Frameworks such as Starlette route on ``scope["path"]``, which uvicorn has decoded.
"""

from __future__ import annotations

import json
import sys
from itertools import count
from typing import Any

numbers = count()


def tell(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] not in ("http", "websocket"):
        return
    number = next(numbers)
    query = scope["query_string"].decode("latin-1")
    target = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
    tell(
        {
            "number": number,
            "method": scope.get("method", "GET"),
            "target": target,
            "path": scope["path"],
            "headers": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in scope["headers"]],
        }
    )
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close"})
        return
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        if message.get("body"):
            tell({"number": number, "body": message["body"].decode("latin-1")})
        if not message.get("more_body"):
            break
    body = f"recorded {target}".encode("latin-1", "replace")
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
