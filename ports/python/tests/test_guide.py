"""The examples of docs/guide/fastapi.md run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "fastapi.md"
# The guide is not in the sdist.
TEXT = GUIDE.read_text("utf-8") if GUIDE.exists() else ""
EXAMPLES = re.findall(r"^```python\n(.*?)^```", TEXT, re.M | re.S)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_runs(example: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BETTER_AUTH_URL", "https://app.example.com")
    monkeypatch.setenv("API_URL", "https://api.example.com")
    monkeypatch.setenv("BETTER_AUTH_SECRET", "K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=")
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(example, str(GUIDE), "exec"), names)
    for name, value in names.items():
        if name.startswith("test_"):
            value()
