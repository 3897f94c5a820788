"""What holds wherever people chat: what changed is left alone, and nothing that was lost is sent twice."""

from typing import Any

import pytest

from policies.errors import Conflict, InDoubt, NotFound, StaleConfirmation
from tests.proofs import Notes
from tests.tools.chat.desk import ChatDesk
from tests.tools.rest.calling import Losing
from tests.tools.rest.faults import Fault
from tools.connector import Trace

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T18", "T50", "T47")]


async def test_nobody_changes_what_somebody_else_said(desk: ChatDesk) -> None:
    message = desk.far.post("bob", "shop", "Of bob")
    acts: list[tuple[str, dict[str, Any]]] = [("edit", {"text": "Of ada"}), ("delete", {})]
    for verb, arguments in acts:
        with pytest.raises(NotFound, match="not yours"):
            await desk.plan(verb, message=message, **arguments)
    assert desk.writes == []


async def test_what_changed_since_it_was_shown_is_not_done(desk: ChatDesk) -> None:
    message = desk.far.post("ada", "shop", "Old")
    planned = await desk.plan("edit", message=message, text="New")
    desk.far.edit("ada", "shop", message, "Newer")
    with pytest.raises(StaleConfirmation):
        await desk.carry_out(planned)
    assert desk.far.texts("shop") == ["Newer"]


async def test_what_changed_since_it_was_done_is_not_taken_back(desk: ChatDesk) -> None:
    message = desk.far.post("ada", "shop", "Old")
    _, done = await desk.act("edit", message=message, text="New")
    desk.far.edit("ada", "shop", message, "Newer")
    with pytest.raises(Conflict):
        await desk.take_back("edit", done)


ACTED: list[tuple[str, dict[str, Any]]] = [
    ("post", {"text": "Hello"}),
    ("reply", {"text": "Hello"}),
    ("edit", {"text": "Hello"}),
    ("delete", {}),
]


@pytest.mark.parametrize(("verb", "arguments"), ACTED)
async def test_an_answer_that_is_lost_is_found_and_nothing_is_sent_twice(
    desk: ChatDesk, verb: str, arguments: dict[str, Any]
) -> None:
    message = desk.far.post("ada", "shop", "Old")
    given: dict[str, Any] = arguments if verb == "post" else {"message": message, **arguments}
    notes = Losing(desk.far.gate, losses=[Fault(502)])
    _, done = await desk.carry_out(await desk.plan(verb, **given), notes)
    assert len(desk.writes) == 1
    assert await desk.trace(done, notes.taken[-1][1]) is Trace.DONE


@pytest.mark.parametrize(("verb", "arguments"), ACTED)
async def test_what_may_have_been_done_and_is_not_found_is_in_doubt(
    desk: ChatDesk, verb: str, arguments: dict[str, Any]
) -> None:
    message = desk.far.post("ada", "shop", "Old")
    given: dict[str, Any] = arguments if verb == "post" else {"message": message, **arguments}
    planned = await desk.plan(verb, **given)
    notes = Notes()
    desk.far.gate.refusing = desk.unsure
    with pytest.raises(InDoubt):
        await desk.carry_out(planned, notes)
    assert len(desk.writes) == 1
    ((effect, mark),) = notes.taken
    assert await desk.trace_now(effect, mark) is Trace.UNDER_WAY
    assert await desk.trace(effect, mark) is Trace.NOT_DONE
