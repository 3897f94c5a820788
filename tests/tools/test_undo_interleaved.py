"""Taking back beside other writers: whatever comes between, nobody's change is written over (threat T50).

`make long` runs a thousand interleavings.
"""

import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import apsw
import pytest

from policies.call import Call, Plan, Transport, Undoing
from policies.change import Change
from policies.errors import Refusal
from policies.sources import SqliteSource
from tests.proofs import ADA, Notes, grant_of, tool_of
from tests.rounds import SEED, rounds
from tools.sqlite.connector import SqliteConnector

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T50")]

ROUNDS: Final = rounds(300, 1000)
SETTINGS: Final = {
    "kind": "sqlite",
    "dsn": "sqlite:shop.db",
    "timeout": 5,
    "tables": {"orders": {"columns": ["id", "status"], "key": ["id"], "write": ["status"]}},
}


class Others:
    """Somebody else's connection. `last` is what they wrote last, None while they have written nothing."""

    def __init__(self, file: Path) -> None:
        self._connection: Any = apsw.Connection(str(file))
        self._connection.set_busy_timeout(5_000)
        # What is lost at a power cut is not looked at here, and many rounds are quick without it.
        self._connection.execute("PRAGMA synchronous = OFF")
        self._number = 0
        self.last: str | None = None

    def begin(self, order: int) -> None:
        self.last = None
        self._connection.execute("INSERT INTO orders VALUES (?, 'new')", (order,))

    def write(self, order: int) -> None:
        self._number += 1
        value = f"theirs {self._number}"
        self._connection.execute("UPDATE orders SET status = ? WHERE id = ?", (value, order))
        self.last = value

    def status(self, order: int) -> str:
        return str(self._connection.execute("SELECT status FROM orders WHERE id = ?", (order,)).get)

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def others(tmp_path: Path) -> Iterator[Others]:
    connection: Any = apsw.Connection(str(tmp_path / "shop.db"))
    connection.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT)")
    connection.close()
    made = Others(tmp_path / "shop.db")
    yield made
    made.close()


class Ours:
    def __init__(self, folder: Path) -> None:
        self._source = SqliteConnector("shop", SqliteSource.model_validate(SETTINGS), folder)

    async def plan(self, order: int, undo: tuple[Change, ...] | None = None) -> Plan:
        tool = tool_of(self._source, "write")
        undoing = None if undo is None else Undoing("a1", (0,), undo)
        sql = f"UPDATE orders SET status = 'ours' WHERE id = {order}"
        async with self._source.open(ADA, None) as session:
            return await session.plan(Call("c1", ADA, tool, "d1", {"sql": sql}, Transport.STDIO, undoing), {})

    async def carry_out(self, plan: Plan) -> tuple[Change, ...]:
        notes = Notes()
        async with self._source.open(ADA, None) as session:
            await session.carry_out(grant_of(plan), notes)
        return notes.taken[0][0].changes


@pytest.mark.timeout(200)
async def test_no_update_is_lost_whatever_comes_between(tmp_path: Path, others: Others) -> None:
    dice = random.Random(SEED)
    ours = Ours(tmp_path)
    undone = refused = 0
    for order in range(1, ROUNDS + 1):
        others.begin(order)
        done = await ours.carry_out(await ours.plan(order))
        before_plan, before_deed, beside = (dice.random() < 0.3 for _ in range(3))
        writer = threading.Timer(dice.uniform(0, 0.01), others.write, (order,))
        try:
            if before_plan:
                others.write(order)
            plan = await ours.plan(order, tuple(change.inverse() for change in done))
            if before_deed:
                others.write(order)
            if beside:
                writer.start()
            await ours.carry_out(plan)
            undone += 1
        except Refusal:
            refused += 1
        if beside and writer.ident:
            writer.join()
        assert others.status(order) == (others.last or "new"), (SEED, order)
    assert undone > ROUNDS / 4
    assert refused > ROUNDS / 4
