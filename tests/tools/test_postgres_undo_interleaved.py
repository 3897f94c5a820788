"""Taking back beside other transactions: no change of anybody else is written over (threat T50).

`make long` runs a thousand interleavings.
"""

import random
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import anyio
import pytest

from policies.errors import Refusal
from tests.backends import Postgres
from tests.proofs import ADA, Notes, grant_of
from tests.rounds import SEED, rounds
from tests.tools.desk import Desk, make_desk, takes_back, writes

if TYPE_CHECKING:
    import asyncpg

    from policies.change import Change
    from tools.postgres.connector import PostgresConnector

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T50")]

ROUNDS: Final = rounds(300, 1000)
BATCH: Final = 100
LONGEST: Final = 0.008  # seconds between two steps of the others: about what taking back takes
SCHEMA: Final = f"""
CREATE TABLE public.orders(id int PRIMARY KEY, status text NOT NULL);
INSERT INTO public.orders SELECT g, 'new' FROM generate_series(1, {2 * ROUNDS}) g;
"""
ORDERS: Final = {"columns": ["id", "status"], "key": ["id"], "write": ["status"]}


class Others:
    """Somebody else's connection. `stands` is what they have committed, by order."""

    def __init__(self, link: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._link = link
        self._number = 0
        self.stands: dict[int, str] = {}

    async def write(self, order: int, ending: str = "COMMIT", first: float = 0, then: float = 0) -> None:
        """In one transaction of theirs, which waits `first` before it locks the order, and `then` after."""
        self._number += 1
        value = f"theirs {self._number}"
        # The server itself waits: they are one message, and no step of it depends on what we do meanwhile.
        await self._link.execute(
            f"BEGIN; SELECT pg_sleep({first}); "
            f"UPDATE public.orders SET status = '{value}' WHERE id = {order}; "
            f"SELECT pg_sleep({then}); {ending}"
        )
        if ending == "COMMIT":
            self.stands[order] = value

    async def look(self, orders: tuple[int, int]) -> dict[int, str]:
        rows = await self._link.fetch("SELECT id, status FROM public.orders WHERE id = ANY ($1)", orders)
        return {row["id"]: row["status"] for row in rows}


@dataclass(frozen=True, slots=True)
class Ours:
    desk: Desk
    connector: "PostgresConnector"

    async def write(self, first: int) -> "dict[int, Change]":
        """A batch of orders from the first on, and what became of each."""
        sql = f"UPDATE orders SET status = 'ours' WHERE id BETWEEN {first} AND {first + BATCH - 1}"
        notes = Notes()
        async with self.connector.open(ADA, self.desk.credential) as session:
            await session.carry_out(grant_of(await session.plan(writes(self.connector, sql), {})), notes)
        return {int(str(change.key["id"])): change for change in notes.taken[0][0].changes}

    async def take_back(self, done: "list[Change]", others: Others, meanwhile: int | None) -> bool:
        """Whether it was, while others write an order `meanwhile`."""
        inverse = [change.inverse() for change in done]
        try:
            async with self.connector.open(ADA, self.desk.credential) as session:
                plan = await session.plan(takes_back(self.connector, inverse), {})
                if meanwhile is not None:
                    await others.write(meanwhile)
                await session.carry_out(grant_of(plan), Notes())
        except Refusal:
            return False
        return True


@pytest.mark.timeout(200)
async def test_no_update_is_lost_beside_other_transactions(postgres: Postgres) -> None:
    dice = random.Random(SEED)
    desk = await make_desk(postgres, "interleaved", SCHEMA, orders=ORDERS)
    done: dict[int, Change] = {}
    undone = 0
    async with desk.connector(max_changed_rows=BATCH) as connector, postgres.admin(desk.database) as link:
        ours, others = Ours(desk, connector), Others(link)
        for number in range(ROUNDS):
            orders = (2 * number + 1, 2 * number + 2)
            if orders[0] not in done:
                done |= await ours.write(orders[0])
            theirs, meanwhile, is_undone = dice.choice(orders), None, False
            if dice.random() < 0.15:
                await others.write(theirs)
            async with anyio.create_task_group() as tasks:
                if dice.random() < 0.2:
                    meanwhile = theirs
                elif dice.random() < 0.7:
                    ending = "COMMIT" if dice.random() < 0.7 else "ROLLBACK"
                    waits = (dice.uniform(0, LONGEST) for _ in range(2))
                    tasks.start_soon(partial(others.write, theirs, ending, *waits))
                is_undone = await ours.take_back([done[order] for order in orders], others, meanwhile)
            assert is_undone or theirs in others.stands, (SEED, number)
            expected = {order: others.stands.get(order, "new" if is_undone else "ours") for order in orders}
            assert await others.look(orders) == expected, (SEED, number)
            undone += is_undone
    assert ROUNDS / 4 < undone < ROUNDS * 3 / 4
