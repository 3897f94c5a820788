"""Large answers, redacted in a process of their own."""

import os
import signal
import time

import anyio
import pytest
from anyio import to_process

from policies.call import Kind, Table
from policies.errors import Denied
from policies.pseudonyms import Item
from policies.recognizers import Recognizer
from policies.redaction.redactor import Redactor
from policies.results import Room
from policies.treatments import Treatment, Treatments
from server import loading
from server.apart import Apart, Task
from server.turns import Turns
from tests.policies.redaction.tables import raw_of

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T40")]

ADA = ("acme", "ada")
LENA: Item = ("PERSON", "Lena Hoffmann")


def task(table: Table, treatments: Treatments | None = None) -> Task:
    return Task(
        table=table,
        source="shop",
        call="c" * 32,
        treatments=treatments,
        restored={"<X>": "blue"},
        refusing=True,
    )


def people(rows: int = 400) -> Table:
    return raw_of(
        {"id": Kind.NUMBER, "name": Kind.TEXT, "note": Kind.TEXT},
        [[number, "Lena Hoffmann", f"blue, see lena{number}@mail.example"] for number in range(rows)],
    ).table


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return loading.load(watching=True).redactor


@pytest.fixture
def apart() -> Apart:
    return Apart(Turns(), watching=True)


async def test_what_comes_from_there_is_what_would_be_made_here(apart: Apart, redactor: Redactor) -> None:
    asked = task(people())
    wanted = await apart.wanted(asked, ADA)
    assert LENA in wanted
    assert wanted == asked.marked(redactor)[1]
    given, room = {LENA: "<PERSON_1_k7qm2a>"}, Room(5_000, "f" * 32)
    answer = await apart.answer(asked, given, room, ADA)
    assert answer.table.rows[0] == (0, "<PERSON_1_k7qm2a>", "<X>, see <EMAIL_ADDRESS>")
    assert answer.kept is not None
    here = asked.answer(redactor, given, None, room)
    assert (answer.table, answer.masked, answer.kept, answer.suspicion) == (
        here.table,
        here.masked,
        here.kept,
        here.suspicion,
    )


async def test_it_takes_this_process_next_to_nothing(apart: Apart, redactor: Redactor) -> None:
    await apart.answer(task(people(1)), {}, None, ADA)  # it is there by now
    asked = task(
        raw_of({"note": Kind.TEXT}, [["\n".join(f"key {n}: Anna Smith" for n in range(9_000))]]).table
    )
    begun = time.process_time()
    await apart.answer(asked, {}, None, ADA)
    there = time.process_time() - begun
    begun = time.process_time()
    asked.answer(redactor, {}, None)
    assert there < (time.process_time() - begun) / 5


async def test_it_stands_back_behind_this_process(apart: Apart) -> None:
    await apart.wanted(task(people(1)), ADA)
    assert await to_process.run_sync(os.nice, 0) > os.nice(0)


async def test_an_operators_own_kinds_are_found_there(redactor: Redactor) -> None:
    badge = Recognizer(name="badge", supported_entity="CUSTOM_BADGE", deny_list=("blue",))
    found = await Apart(Turns(), watching=False, recognizers=[badge]).wanted(task(people(2)), ADA)
    assert ("CUSTOM_BADGE", "blue") in found
    assert ("CUSTOM_BADGE", "blue") not in task(people(2)).marked(redactor)[1]


async def test_what_is_refused_there_is_refused_here(apart: Apart) -> None:
    refusing = Treatments({"PERSON": Treatment.REFUSE})
    for asking in (
        lambda: apart.wanted(task(people(), refusing), ADA),
        lambda: apart.answer(task(people(), refusing), {}, None, ADA),
    ):
        with pytest.raises(Denied, match="This answer holds PERSON") as denied:
            await asking()
        assert denied.value.rule == "redaction"


async def test_a_process_that_ends_costs_one_answer_and_no_other(apart: Apart) -> None:
    await apart.wanted(task(people(1)), ADA)
    process = await to_process.run_sync(os.getpid)  # the one that is idle

    async def end() -> None:
        os.kill(process, signal.SIGKILL)

    refused = anyio.Event()

    async def ask() -> None:
        with pytest.raises(Denied, match="nothing of it is sent"):
            await apart.wanted(task(people(20_000)), ADA)
        refused.set()

    with anyio.fail_after(60):
        async with anyio.create_task_group() as both:
            both.start_soon(ask)
            await anyio.wait_all_tasks_blocked()
            both.start_soon(end)
            await refused.wait()
        assert await apart.wanted(task(people(1)), ADA)
