"""The jobs in a PostgreSQL database, over the embedded store."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import anyio

from policies.sources import PostgresSource
from tests.backends import Postgres
from tests.crash.harness import Far
from tests.crash.sqlite import CONFIGURATION
from tools.postgres.role import role_sql

TABLES: Final = {"public.jobs": {"columns": ["id", "done"], "key": ["id"], "write": ["done"]}}


SHARED: Final = """\
credential = "shared"
reason = "the crash test"
password = "file:password"
"""
OWN: Final = """\
credential = "user"
reason = "the crash test"
"""


def jobs_in_postgres(server: Postgres, folder: Path, count: int, credential: str = SHARED) -> Far:
    """`credential` is how the source is reached; the password of its login lies beside the configuration."""
    name = f"jobs_{secrets.token_hex(4)}"
    return anyio.run(_made, server, folder, count, name, credential)


async def _made(server: Postgres, folder: Path, count: int, name: str, credential: str) -> Far:
    await server.create_database(name)
    password = await server.create_login(name)
    source = PostgresSource.model_validate(
        {"kind": "postgres", "dsn": server.dsn(name, name), "tables": TABLES, "timeout": 2}
    )
    async with server.admin(name) as admin:
        await admin.execute("CREATE TABLE public.jobs (id int PRIMARY KEY, done int NOT NULL)")
        await admin.execute(f"INSERT INTO public.jobs SELECT g, 0 FROM generate_series(1, {count}) g")
        await admin.execute(role_sql(source, name))
    (folder / "password").write_text(password)
    (folder / "password").chmod(0o600)
    head = CONFIGURATION[: CONFIGURATION.index("[sources.work]")]
    (folder / "remit.toml").write_text(
        f"""{head}
[sources.work]
kind = "postgres"
dsn = "{source.dsn}"
{credential}
tls_ca = "{server.ca}"
timeout = 2
owner = "a team"
purpose = "tests"
classification = "internal"

[sources.work.roles]
read = ["operator"]
act = ["operator"]

[sources.work.tables."public.jobs"]
columns = ["id", "done"]
key = ["id"]
write = ["done"]
"""
    )

    async def read() -> Mapping[int, int]:
        async with server.admin(name) as admin:
            return {row["id"]: row["done"] for row in await admin.fetch("SELECT id, done FROM public.jobs")}

    return Far(folder / "remit.toml", lambda: anyio.run(read))
