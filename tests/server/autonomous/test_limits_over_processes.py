"""A scope's limits are one for all processes, whatever becomes of any of them, and whatever a clock says."""

import json
import secrets
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from policies.document import Document, Server
from policies.secret import Secret
from server.audit import open_audit
from server.autonomous.delegations import Delegations
from server.autonomous.switching import switch_on
from server.store import Store, open_store
from server.transaction import Transaction
from tests.backends import Postgres
from tests.rounds import rounds
from tests.server.autonomous.starting import MOST, PATIENCE, SCOPES
from tests.server.calls import SETTINGS, keys
from tests.server.enabling import tomorrow
from tests.server.places import Place

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T38", "T52"), pytest.mark.timeout(240)]

ROOT = Path(__file__).parents[3]
STEP = 7_200_000  # milliseconds


class Process:
    def __init__(self, place: Place) -> None:
        told = {
            "root": str(place.document.root),
            "store": place.document.server.store,
            "password": place.password.reveal() if place.password else "",
        }
        self.running = subprocess.Popen(
            [sys.executable, "-m", "tests.server.autonomous.starting"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.say(json.dumps(told))

    def say(self, line: str) -> None:
        assert self.running.stdin
        self.running.stdin.write(f"{line}\n")
        self.running.stdin.flush()

    def heard(self) -> str:
        assert self.running.stdout
        return self.running.stdout.readline().strip()

    def kill(self) -> None:
        with self.running:
            self.running.kill()


@contextmanager
def processes(place: Place, count: int) -> Generator[list[Process]]:
    running = [Process(place) for _ in range(count)]
    try:
        assert [process.heard() for process in running] == ["ready"] * count
        yield running
    finally:
        for process in running:
            process.kill()


async def step(store: Store, milliseconds: int) -> None:
    """The clock of the store, for every process at once."""
    stepped = f"SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint + ({milliseconds})"
    sql = f"CREATE OR REPLACE FUNCTION now_ms() RETURNS bigint LANGUAGE sql VOLATILE AS '{stepped}'"

    def stepping() -> Transaction[None]:
        yield sql, ()

    await store.run(stepping)


async def begun(store: Store) -> int:
    def counting() -> Transaction[int]:
        rows = yield "SELECT count(*) FROM actions", ()
        return int(rows[0][0])

    return await store.read(counting)


@pytest.mark.parametrize("milliseconds", [STEP, -STEP])
async def test_two_hundred_calls_in_four_processes_start_fifty_though_some_are_killed_and_the_clock_steps(
    postgres: Postgres, tmp_path: Path, milliseconds: int
) -> None:
    for number in range(rounds(1, 5)):
        await round_of(postgres, tmp_path / str(number), milliseconds)


async def round_of(postgres: Postgres, folder: Path, milliseconds: int) -> None:
    folder.mkdir()  # noqa: ASYNC240
    name = f"alone_{secrets.token_hex(4)}"
    address = f"{await postgres.create_database(name)}?sslmode=verify-full&sslrootcert={postgres.ca}"
    place = Place(Document(root=folder, server=Server(store=address)), Secret(postgres.password))
    async with open_store(place.document, place.password, deadline=PATIENCE) as store:
        async with open_audit(store, keys(folder), SETTINGS, folder / "its own") as audit:
            await switch_on(store, audit, Delegations(SCOPES), "fill", tomorrow(), by="root", why="tests")
        with processes(place, 4) as running:
            for process in running:
                process.say("8")
            assert [process.heard() for process in running] == ["8"] * 4
            running.pop().kill()
            await step(store, milliseconds)
            with processes(place, 1) as replaced:
                every = [*running, *replaced]
                for process in every:
                    process.say("42")
                running[1].kill()
                heard = [process.heard() for process in every if process is not running[1]]
                assert all(heard)
                assert await begun(store) == MOST
                replaced[0].say("10")
                assert replaced[0].heard() == "0"
        assert await begun(store) == MOST
    async with postgres.admin() as admin:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
