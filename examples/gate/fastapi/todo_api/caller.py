"""Who is calling. The gate has checked it, and replaces whatever a client sends under these names."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Header


def caller(x_usher_user: Annotated[str | None, Header(include_in_schema=False)] = None) -> str | None:
    """The id of the user, or None without the gate, and for an OAuth client that acts for itself.

    This API only writes it to its log: which rows a request reads depends on ``user_id`` in the path, and the
    gate lets a user use only paths with their own id. Where no path names the user (``GET /me``), take this.

    To verify once more, as you would without the gate: the ``Authorization`` header arrives too. The package
    ``usher-auth`` for Python checks it in two lines: ``usher = Usher.from_env(owner="user_id")`` and
    ``usher.protect(app)``.
    """
    return None if x_usher_user is None else unquote(x_usher_user)


Caller = Annotated["str | None", Depends(caller)]
