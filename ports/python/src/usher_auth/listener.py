"""Calls an application's listener safely."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any, TypeVar

from .errors import ConfigurationError
from .log_text import explain, logger

Event = TypeVar("Event")

# Seconds between two warnings about one listener, and for what an asynchronous one may take.
_PAUSE, _LONGEST = 60.0, 60.0

# How many calls of one asynchronous listener may be under way.
_MOST = 1000


def safe_listener(listener: Callable[[Event], object] | None, name: str) -> Callable[[Event], None]:
    """Make a listener that ends neither the request nor the process, whatever it does.

    Its result is ignored, and nothing waits for it. A failure becomes a warning in the log, at most one a
    minute.

    :raises ConfigurationError: not a function.
    """
    if listener is None:
        return lambda _event: None
    if not callable(listener):
        raise ConfigurationError(f"{name}: give a function, or leave it out.")
    told_at = float("-inf")
    running: set[asyncio.Future[Any]] = set()

    def fail(error: BaseException) -> None:
        nonlocal told_at
        now = time.monotonic()
        if now - told_at >= _PAUSE:
            told_at = now
            logger.warning("%s failed: %s", name, explain(error))

    async def follow(awaitable: Any) -> None:
        try:
            await asyncio.wait_for(awaitable, _LONGEST)
        except Exception as error:
            fail(error)

    def call(event: Event) -> None:
        try:
            result = listener(event)
            if not inspect.isawaitable(result):
                return
            if len(running) >= _MOST:
                close = getattr(result, "close", None)
                if close is not None:
                    close()
                raise RuntimeError(f"{_MOST} calls of it are still under way")
            task = asyncio.ensure_future(follow(result))
            running.add(task)
            task.add_done_callback(running.discard)
        except Exception as error:
            fail(error)

    return call
