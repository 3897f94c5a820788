"""The jobs in an SQLite file, over the embedded store."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import apsw

from tests.crash.harness import Far

CONFIGURATION: Final = """\
[server]
name = "crash"
store = "sqlite:remit.db"

[keys]
master = "file:master.key"

[identity.local]
user = "ada"
tenant = "acme"
roles = ["operator"]

[injection]
detector = false

[limits]
calls_per_minute = 6000000
burst = 100000
questions_per_hour = 1000
tenant = { calls_per_minute = 6000000, burst = 100000 }
source = { calls_per_minute = 6000000, burst = 100000 }

[sources.work]
kind = "sqlite"
dsn = "sqlite:work.db"
timeout = 2
owner = "a team"
purpose = "tests"
classification = "internal"

[sources.work.roles]
read = ["operator"]
act = ["operator"]

[sources.work.tables.jobs]
columns = ["id", "done"]
key = ["id"]
write = ["done"]
"""


def jobs_in_sqlite(folder: Path, count: int) -> Far:
    (folder / "remit.toml").write_text(CONFIGURATION)
    file = folder / "work.db"
    connection: Any = apsw.Connection(str(file))
    connection.execute("CREATE TABLE jobs (id INTEGER PRIMARY KEY, done INTEGER NOT NULL)")
    connection.executemany("INSERT INTO jobs VALUES (?, 0)", [(number,) for number in range(1, count + 1)])
    connection.close()

    def rows() -> Mapping[int, int]:
        # It may write: whoever was killed has left a journal to roll back.
        reading: Any = apsw.Connection(str(file))
        try:
            return dict(reading.execute("SELECT id, done FROM jobs").fetchall())
        finally:
            reading.close()

    return Far(folder / "remit.toml", rows)
