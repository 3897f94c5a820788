"""A remit of several workers over one PostgreSQL store, started as an administrator starts it.

People are named by tokens. Each may read the rows of the table `notes` that are theirs, and each row carries
its owner's mark, a number that nobody else's row has.
"""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.backends import Postgres
from tests.server.oidc.issuer import AUDIENCE

REMIT = Path(sys.executable).with_name("remit")
ROWS = 40  # of each owner
PEOPLE = ("ada", "bob", "cho", "dee", "eve", "fay")

CONFIGURATION = """
[server]
name = "shared"
store = "{store}"
store_password = "file:{password}"

[keys]
master = "file:master.key"

[identity.oidc]
issuer = "{issuer}"
audience = "{audience}"
tenant_claim = "tenant"
claims = ["territory"]

[injection]
detector = false

[limits]
calls_per_minute = 6000000
burst = 100000
tenant = {{ calls_per_minute = 6000000, burst = 100000 }}
source = {{ calls_per_minute = 6000000, burst = 100000 }}

[sources.notes]
kind = "sqlite"
dsn = "sqlite:notes.db"
owner = "a team"
purpose = "tests"
classification = "public"
roles = {{ read = ["analyst"] }}

[sources.notes.tables.notes]
columns = ["id", "owner", "mark"]
rows = "owner = :territory"
"""


def mark(person: str) -> int:
    return 1_000 * (1 + PEOPLE.index(person))


@dataclass(frozen=True, slots=True)
class Running:
    process: "subprocess.Popen[str]"
    configuration: Path
    url: str
    ready: threading.Semaphore

    def await_worker(self) -> None:
        """Returns once one more worker answers."""
        assert self.ready.acquire(timeout=60)


@contextmanager
def workers(
    folder: Path, store: str, server: Postgres, issuer: str, *, port: int, count: int = 2
) -> Generator[Running]:
    """Serves while inside, from when every worker answers."""
    configuration = _write(folder, store, server, issuer)
    address = f"127.0.0.1:{port}"
    command: list[str | Path] = [REMIT, "serve", "--config", configuration, "--listen", address]
    with subprocess.Popen(
        [*command, "--workers", str(count)], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        said: list[str] = []
        ready = threading.Semaphore(0)

        def listen() -> None:
            assert process.stderr
            for line in process.stderr:
                said.append(line)
                if '"listening"' in line:
                    ready.release()

        hearing = threading.Thread(target=listen)
        hearing.start()
        try:
            for _ in range(count):
                assert ready.acquire(timeout=60), "".join(said)
            yield Running(process, configuration, f"http://{address}", ready)
        finally:
            process.terminate()
            process.wait(timeout=60)
            hearing.join(timeout=60)


def _write(folder: Path, store: str, server: Postgres, issuer: str) -> Path:
    password = folder / "password"
    password.touch(mode=0o600)
    password.write_text(server.password)
    with closing(sqlite3.connect(folder / "notes.db")) as database, database:
        database.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, owner TEXT, mark INTEGER)")
        rows = [(person, mark(person) + number) for person in PEOPLE for number in range(ROWS)]
        database.executemany("INSERT INTO notes (owner, mark) VALUES (?, ?)", rows)
    configuration = folder / "remit.toml"
    configuration.write_text(
        CONFIGURATION.format(store=store, password=password, issuer=issuer, audience=AUDIENCE)
    )
    return configuration
