"""A MariaDB of our own, with TLS on 127.0.0.1: started once; each test makes the databases that it needs."""

import os
import secrets
import select
import shutil
import subprocess
import tempfile
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import anyio
import asyncmy
import pytest
from asyncmy.errors import MySQLError

from tests.backends import MissingError, free_port, missing, program
from tests.certificates import Authority

_STARTING: Final = 30.0  # seconds
connect = cast("Any", asyncmy).connect  # whose types leave most open


@dataclass(frozen=True, slots=True)
class MariaDB:
    """`password` is that of `root`, who comes by the socket alone. Others need TLS."""

    port: int
    socket: Path
    password: str
    authority: Authority
    folder: Path

    @property
    def ca(self) -> Path:
        return self.authority.certificate

    def dsn(self, database: str, user: str, *, host: str = "127.0.0.1") -> str:
        return f"mysql://{user}@{host}:{self.port}/{database}"

    @asynccontextmanager
    async def admin(self, database: str | None = None) -> AsyncGenerator[Any]:
        """A connection as `root`, outside everything that remit guards."""
        connection = await connect(
            unix_socket=str(self.socket),
            user="root",
            password=self.password,
            database=database,
            charset="utf8mb4",
            autocommit=True,
        )
        try:
            yield connection
        finally:
            await connection.ensure_closed()

    async def run(self, *statements: str, database: str | None = None) -> list[tuple[Any, ...]]:
        """As `root`, one after the other. The rows of the last."""
        rows: Sequence[tuple[Any, ...]] = ()
        async with self.admin(database) as connection, connection.cursor() as cursor:
            for statement in statements:
                await cursor.execute(statement)
                rows = await cursor.fetchall()
        return list(rows)

    async def create_database(self, name: str) -> None:
        """An empty one in place of any of that name."""
        await self.run(
            f"DROP DATABASE IF EXISTS `{name}`",
            f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
        )

    async def create_account(self, name: str, *grants: str, encrypted: bool = True) -> str:
        """An account with these grants, each without TO, in place of any of that name. Its password.

        It needs TLS where `encrypted`.
        """
        password = secrets.token_urlsafe(24)
        await self.run(
            f"DROP USER IF EXISTS `{name}`@`%`",
            f"CREATE USER `{name}`@`%` IDENTIFIED BY '{password}' REQUIRE {'SSL' if encrypted else 'NONE'}",
            *(f"GRANT {grant} TO `{name}`@`%`" for grant in grants),
        )
        return password


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    try:
        install, server = (
            program("mariadb-install-db", "mariadb-server"),
            program("mariadbd", "mariadb-server"),
        )
    except MissingError as error:
        missing(error.what, error.remedy)
    folder = Path(tempfile.mkdtemp(prefix="remit-mariadb-"))
    try:
        yield from _run(install, server, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(install: Path, server: Path, folder: Path) -> Iterator[MariaDB]:
    user = "mysql" if os.geteuid() == 0 else None
    authority = Authority(folder)
    identity = authority.server("localhost", "127.0.0.1")
    data, sockets = folder / "data", folder / "sockets"
    sockets.mkdir()
    # Each that starts clears the temporary tables that it finds, also those of another that is at work.
    (own := folder / "tmp").mkdir()
    folder.chmod(0o755)  # the server runs as another user and passes through it
    if user is not None:
        for path in (sockets, own, identity.key):
            shutil.chown(path, user)
        data.mkdir()
        shutil.chown(data, user)
    as_user = [f"--user={user}"] if user else []
    made = subprocess.run(
        [
            install,
            "--no-defaults",
            f"--datadir={data}",
            f"--tmpdir={own}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            *as_user,
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert made.returncode == 0, f"mariadb-install-db: {made.stdout[-1000:]}{made.stderr[-1000:]}"
    port, socket = free_port(), sockets / "s"
    process = subprocess.Popen(
        [
            server,
            "--no-defaults",
            f"--datadir={data}",
            f"--tmpdir={own}",
            f"--socket={socket}",
            f"--pid-file={data / 'pid'}",
            "--bind-address=127.0.0.1",
            f"--port={port}",
            f"--ssl-ca={authority.certificate}",
            f"--ssl-cert={identity.certificate}",
            f"--ssl-key={identity.key}",
            "--innodb-flush-log-at-trx-commit=0",
            "--performance-schema=OFF",
            "--character-set-server=utf8mb4",
            f"--log-error={data / 'log'}",
            *as_user,
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    database = MariaDB(port, socket, secrets.token_urlsafe(24), authority, folder)
    try:
        anyio.run(_ready, database, process)
        yield database
    finally:
        process.terminate()
        try:
            process.wait(20)
        finally:
            process.kill()


async def _ready(database: MariaDB, process: "subprocess.Popen[bytes]") -> None:
    """Once it answers, `root` gets the password."""
    with anyio.fail_after(_STARTING):
        while True:
            if process.poll() is not None:
                raise RuntimeError(f"MariaDB ended: {(database.folder / 'data' / 'log').read_text()[-2000:]}")
            try:
                first: Any = await connect(unix_socket=str(database.socket), user="root")
            except (MySQLError, OSError):
                await anyio.to_thread.run_sync(lambda: select.select([], [], [], 0.02))
                continue
            async with first.cursor() as cursor:
                await cursor.execute(f"ALTER USER root@localhost IDENTIFIED BY '{database.password}'")
            await first.ensure_closed()
            return
