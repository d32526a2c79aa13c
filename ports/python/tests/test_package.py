"""The wheel and the sdist, in an environment that has nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1]

pytest.importorskip("build")
pytest.importorskip("hatchling")

USE = """
import usher_auth, importlib.resources
assert "{environment}" in usher_auth.__file__, usher_auth.__file__
assert importlib.resources.files("usher_auth").joinpath("py.typed").is_file()
from fastapi import FastAPI
from starlette.testclient import TestClient
from usher_auth import Usher
secret = "zJ3vQ8nL5xR1tY7wK2mB9cF4hD6gS0pA"
env = {{"BETTER_AUTH_URL": "https://a.example", "API_URL": "x", "BETTER_AUTH_SECRET": secret}}
app = Usher.from_env(env).protect(FastAPI())
assert TestClient(app).get("/").status_code == 401
print("guarded")
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(FOLDER)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return out


def test_the_wheel_and_the_sdist_hold_the_package_alone(built: Path) -> None:
    (wheel,), (sdist,) = built.glob("*.whl"), built.glob("*.tar.gz")
    modules = {path.relative_to(FOLDER / "src").as_posix() for path in (FOLDER / "src").rglob("*.py")}
    names = set(zipfile.ZipFile(wheel).namelist())
    assert modules <= names
    others = {name for name in names - modules if not name.endswith("py.typed")}
    assert all(".dist-info/" in name for name in others), others
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert {f"src/{module}" for module in modules} <= inside
    assert {"README.md", "LICENSE", "pyproject.toml"} <= inside


@pytest.mark.parametrize("kind", ["*.whl", "*.tar.gz"])
def test_it_works_where_it_is_installed(built: Path, kind: str, tmp_path: Path) -> None:
    (archive,) = built.glob(kind)
    environment = tmp_path / "clean"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, timeout=120)
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    # Without a network, the dependencies are those of the environment of the tests.
    packages = Path(pytest.__file__).parents[1]
    env = {**os.environ, "PYTHONPATH": str(packages)}
    install = [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--no-build-isolation",
    ]
    subprocess.run([*install, str(archive)], check=True, env=env, timeout=120, cwd=tmp_path)
    code = USE.format(environment=environment.as_posix())
    done = subprocess.run(
        [str(python), "-c", code],
        check=True,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
    )
    assert done.stdout == "guarded\n"
