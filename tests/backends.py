"""The real servers and programs that tests and benchmarks run against.

One that is missing reads the same everywhere: see `missing`.
"""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import asyncpg
import pytest

from tests.certificates import Authority, Identity

ADMIN = "postgres"
# What a test's server may skip: nothing that it holds outlives it.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
DATED = {"track_commit_timestamp": "on"}  # the server says when each row was committed


class MissingError(Exception):
    """Something from outside is not there. `remedy` says how it comes."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} is missing: {remedy}")
        self.what = what
        self.remedy = remedy


def missing(what: str, remedy: str) -> NoReturn:
    """Skips with one line; under `CI=true` a server that is missing is a failure."""
    line = f"{what} is missing: {remedy}"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(line, pytrace=False)
    pytest.skip(line)


@dataclass(frozen=True, slots=True)
class Postgres:
    """A PostgreSQL of our own: TLS and scram on 127.0.0.1, scram on a unix socket.

    `password` is that of the superuser `postgres`; no address (DSN) holds one. A member of the role
    `certified` also needs a client certificate (`certificate`) over TCP.
    """

    port: int
    socket_folder: Path
    password: str
    authority: Authority
    folder: Path

    @property
    def ca(self) -> Path:
        return self.authority.certificate

    def dsn(self, database: str, user: str = ADMIN, *, host: str = "127.0.0.1") -> str:
        return f"postgresql://{user}@{host}:{self.port}/{database}"

    def socket_dsn(self, database: str, user: str = ADMIN) -> str:
        return f"postgresql://{user}@/{database}?host={self.socket_folder}&port={self.port}"

    def certificate(self, user: str) -> Identity:
        """A client certificate for the database user."""
        return self.authority.client(user)

    @asynccontextmanager
    async def admin(self, database: str = "postgres") -> AsyncGenerator["asyncpg.Connection[asyncpg.Record]"]:
        """A connection as the superuser, outside everything that remit guards."""
        connection = await asyncpg.connect(
            host=str(self.socket_folder),
            port=self.port,
            user=ADMIN,
            password=self.password,
            database=database,
        )
        try:
            yield connection
        finally:
            await connection.close()

    async def create_database(self, name: str) -> str:
        """An empty database in place of any of that name. Returns the superuser's address of it."""
        async with self.admin() as connection:
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        return self.dsn(name)

    async def create_login(self, name: str, *options: str) -> str:
        """A role that may log in and do nothing else, in place of any of that name. Returns its password."""
        password = secrets.token_urlsafe(24)
        async with self.admin() as connection:
            if await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
                for row in await connection.fetch("SELECT datname FROM pg_database WHERE datallowconn"):
                    async with self.admin(row["datname"]) as there:
                        await there.execute(f'DROP OWNED BY "{name}" CASCADE')
                await connection.execute(f'DROP ROLE "{name}"')
            await connection.execute(
                f"CREATE ROLE \"{name}\" LOGIN PASSWORD '{password}' {' '.join(options)}"
            )
        return password


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Started once; each test makes the databases and roles that it needs."""
    try:
        with running_postgres(CARELESS | DATED) as server:
            yield server
    except MissingError as error:
        missing(error.what, error.remedy)


@contextmanager
def running_postgres(settings: Mapping[str, str]) -> Generator[Postgres]:
    """A server with these settings, for as long as the block lasts. Raises `MissingError`."""
    binaries = _postgres_binaries()
    folder = Path(tempfile.mkdtemp(prefix="remit-postgres-"))
    folder.chmod(0o755)  # the server runs as another user and passes through it
    try:
        yield from _run(binaries, folder, settings)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(binaries: Path, folder: Path, wanted: Mapping[str, str]) -> Iterator[Postgres]:
    authority = Authority(folder)
    identity = authority.server("localhost", "127.0.0.1")
    password = secrets.token_urlsafe(24)
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    data, sockets = folder / "data", folder / "sockets"
    data.mkdir(mode=0o700)
    sockets.mkdir(mode=0o755)
    user = _server_user()
    if user is not None:
        for path in (data, sockets, secret, identity.key):
            shutil.chown(path, user)

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [binaries / program, *arguments],
            user=user,
            group=None if user is None else pwd.getpwnam(user).pw_gid,
            extra_groups=None if user is None else [],
            cwd=folder,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            stdout=subprocess.DEVNULL,  # a pipe would stay open in the server
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=60,
        )
        if done.returncode:
            log = data / "server.log"
            raise RuntimeError(f"{program} failed: {log.read_text()[-2000:] if log.exists() else done.args}")

    run(
        "initdb",
        f"--pgdata={data}",
        f"--username={ADMIN}",
        f"--pwfile={secret}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
    )
    secret.unlink()
    (data / "pg_hba.conf").write_text(
        "local   all all                        scram-sha-256\n"
        "hostssl all +certified 127.0.0.1/32    scram-sha-256 clientcert=verify-full\n"
        "host    all +certified 127.0.0.1/32    reject\n"
        "host    all all        127.0.0.1/32    scram-sha-256\n"
    )
    port = free_port()
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": sockets,
        "ssl": "on",
        "ssl_cert_file": identity.certificate,
        "ssl_key_file": identity.key,
        "ssl_ca_file": authority.certificate,
        "ssl_min_protocol_version": "TLSv1.2",
        "password_encryption": "scram-sha-256",
        "max_connections": 100,
        "timezone": "UTC",
        **wanted,
    }
    with (data / "postgresql.auto.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    run("pg_ctl", "start", "--wait", f"--pgdata={data}", f"--log={data / 'server.log'}")
    server = Postgres(port, sockets, password, authority, folder)
    try:
        yield server
    finally:
        # pg_ctl reads the process id from the data folder, so it ends this server and no other.
        run("pg_ctl", "stop", "--wait", "--mode=immediate", f"--pgdata={data}")


def _postgres_binaries() -> Path:
    found = _find_postgres()
    if found is None:
        settings = Path("/etc/postgresql-common/createcluster.conf")
        if os.geteuid() == 0 and not settings.exists():
            settings.parent.mkdir(exist_ok=True)
            settings.write_text("create_main_cluster = false\n")
        install_package("postgresql")
        found = _find_postgres()
    if found is None:
        raise MissingError("PostgreSQL", "install the package postgresql (initdb, pg_ctl and postgres)")
    return found


def program(name: str, package: str) -> Path:
    """Where a program is; as root, its Debian package is installed for it. Raises `MissingError`."""
    if shutil.which(name) is None:
        install_package(package)
    found = shutil.which(name)
    if found is None:
        raise MissingError(name, f"install the package {package}")
    return Path(found)


def _find_postgres() -> Path | None:
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(versions, key=lambda path: float(path.parts[-3]), reverse=True)
    if newest:
        return newest[0].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def install_package(package: str) -> None:
    """Installs a Debian package where that can be done."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", package]):
        subprocess.run(["apt-get", "-qq", *arguments], env=environment, check=False, timeout=300)


def _server_user() -> str | None:
    """PostgreSQL refuses to run as root: then its package's user, or the one that owns nothing."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
