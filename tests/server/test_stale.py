"""A yes is good for what it was given to and for nothing else, whenever the world changes (threat T18).

Each case has its seed in its name; 200 of each kind.
"""

import random
import secrets
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from policies.call import Answer, Caller, Channel, Grant, Raw, Request, Tool, Transport, User
from policies.decision import Policy
from policies.errors import Refusal
from policies.question import AnswerNeeded
from policies.sources import Source
from server.assembly import Service
from server.executor import Executor
from server.halting.guard import Guard
from tests.server.shelf import PUT, Shelf, shelf_service, shelved
from tools.catalogue import Catalogue
from tools.connector import Ledger, Session

if TYPE_CHECKING:
    from server.pipeline import Pipeline

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T18")]

ROUNDS = 200
PACE = "calls_per_minute = 6000000\nburst = 100000\n"
LIMITS = f"[limits]\n{PACE}questions_per_hour = 1000\n[limits.tenant]\n{PACE}[limits.source]\n{PACE}"
FORM = Caller(Transport.STDIO, "a client", channels=frozenset({Channel.FORM}))


@dataclass
class House:
    """One service, whose parts a case changes and puts back."""

    service: Service
    shelf: Shelf
    source: Source

    def __post_init__(self) -> None:
        self.pipeline: Pipeline = self.service.pipeline

    def put_back(self) -> None:
        self.pipeline = self.service.pipeline
        self.shelf.connection = "1"
        self.shelf.before_note = self.shelf.after_note = _at_once

    async def call(self, values: dict[str, str | None], answer: Answer | None = None) -> None:
        await self.pipeline.run(
            Request(secrets.token_hex(16), FORM, "shelf_put", {"values": values}, answer=answer)
        )

    async def asked(self, values: dict[str, str | None]) -> str:
        with pytest.raises(AnswerNeeded) as needed:
            await self.call(values)
        return needed.value.question.action


async def _at_once() -> None:
    pass


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    configuration = shelved(tmp_path, more=LIMITS)
    shelf = Shelf()
    async with shelf_service(configuration, shelf) as service:
        yield House(service, shelf, configuration.document.sources["shelf"])


def edit_a_row(house: House, dice: random.Random, values: dict[str, str | None]) -> None:
    key = dice.choice(list(values))
    if key in house.shelf.records and dice.random() < 0.3:
        del house.shelf.records[key]
    else:
        house.shelf.records[key] = secrets.token_hex(4)


def change_an_argument(house: House, dice: random.Random, values: dict[str, str | None]) -> None:
    del house
    if dice.random() < 0.5:
        values[secrets.token_hex(4)] = "one more"
    else:
        values[dice.choice(list(values))] = secrets.token_hex(4)


def change_the_policy(house: House, dice: random.Random, values: dict[str, str | None]) -> None:
    del values
    ours = Path("policies")
    effect = dice.choice(["forbid", "permit"])
    more = f'{effect} (principal == User::"{secrets.token_hex(4)}", action, resource);'
    files = {"default.cedar": (ours / "default.cedar").read_text(), "more.cedar": more}
    policy = Policy((ours / "schema.cedarschema").read_text(), files, {"shelf": house.source})
    house.pipeline = replace(house.pipeline, policy=policy)


def point_the_connection_elsewhere(house: House, dice: random.Random, values: dict[str, str | None]) -> None:
    del values
    house.shelf.connection = str(dice.randrange(2, 1000))


def upgrade_the_tool(house: House, dice: random.Random, values: dict[str, str | None]) -> None:
    del values
    tool = replace(PUT, description=f"Puts values on the shelf, release {dice.random()}.")
    house.pipeline = replace(house.pipeline, catalogue=Catalogue([tool], _open))


def _open(user: User, tool: Tool, transport: Transport) -> None:
    del user, tool, transport


Change = Callable[[House, random.Random, dict[str, str | None]], None]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "change",
    [
        edit_a_row,
        change_an_argument,
        change_the_policy,
        point_the_connection_elsewhere,
        upgrade_the_tool,
    ],
    ids=lambda change: str(change.__name__),
)
async def test_a_yes_is_no_yes_once_the_world_has_changed(house: House, change: Change) -> None:
    """The change comes before the answer, or while the answering call is at work."""
    for seed in range(ROUNDS):
        dice = random.Random(f"{change.__name__} {seed}")
        house.put_back()
        keys = [f"{change.__name__} {seed} {number}" for number in range(dice.randint(1, 3))]
        for key in keys:
            if dice.random() < 0.7:
                house.shelf.records[key] = "red"
        values: dict[str, str | None] = {
            key: None if key in house.shelf.records and len(keys) == 1 else "green" for key in keys
        }
        action = await house.asked(values)
        done = len(house.shelf.put)
        late = change is edit_a_row and dice.random() < 0.5
        if late:
            editing = Late(partial(change, house, dice, values), house.pipeline.audit.guard)
            house.pipeline = replace(house.pipeline, executor=editing)
        else:
            change(house, dice, values)
        with pytest.raises((Refusal, AnswerNeeded)):
            await house.call(values, Answer(action, Channel.FORM, yes=True))
        assert len(house.shelf.put) == done, f"seed {seed}"


class Late(Executor):
    """Before it, the row is edited once more: the intent is on record by then."""

    def __init__(self, edit: Callable[[], None], guard: Guard) -> None:
        super().__init__({"shelf": 10}, guard)
        self._edit = edit

    async def run(self, grant: Grant, session: Session, ledger: Ledger) -> Raw:
        self._edit()
        return await super().run(grant, session, ledger)
