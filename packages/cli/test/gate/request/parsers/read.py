"""How Python reads request targets: a JSON array on standard input, and one of readings on standard output."""

import json
import posixpath
import sys
from urllib.parse import unquote, unquote_plus, urlsplit


def read(target: str) -> dict[str, object] | None:
    try:
        alone = urlsplit(target)
        joined = urlsplit("http://h" + target)
        path = unquote(joined.path, errors="strict")
    except ValueError:
        return None
    return {
        "path": joined.path,
        "query": joined.query,
        "decoded": path,
        # What is joined to a host and what is parsed alone must be the same (`//host`).
        "sameAlone": (alone.netloc, alone.path, alone.query) == ("", joined.path, joined.query),
        "host": joined.netloc,
        "asForm": unquote_plus(joined.path, errors="strict"),
        "clean": posixpath.normpath(path),
    }


json.dump([read(target) for target in json.load(sys.stdin)], sys.stdout)
