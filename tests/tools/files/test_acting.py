"""Acting in any store of files: what is shown, done once, taken back, and found again."""

from typing import TYPE_CHECKING, Any

import pytest

from policies.change import Change
from policies.errors import Conflict, InDoubt, InvalidArgument, NotFound, StaleConfirmation
from tests.proofs import ADA, Notes, call_of, grant_of, tool_of
from tests.tools.files.desk import FileDesk
from tests.tools.rest.calling import Losing
from tests.tools.rest.faults import Fault
from tools.connector import Trace

if TYPE_CHECKING:
    from policies.canonical import Json

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T18", "T50", "T47")]

LOST = [Fault(502, b""), Fault(503, b""), Fault(200, b"{}", half=True), Fault(200, b'{"id": 7}')]


async def test_a_file_is_made_and_gone_where_it_is_taken_back(desk: FileDesk[Any]) -> None:
    planned = await desk.plan("write", folder=desk.shop.id, name="a b.txt", text="hello ü")
    assert planned.effect is not None
    (change,) = planned.effect.changes
    assert (change.target, change.before) == (desk.shop.id, None)
    assert change.after == {"name": "a b.txt", "text": "hello ü"}
    assert desk.writes == []
    table, done = await desk.carry_out(planned)
    file = desk.site.named("a b.txt")
    assert table.rows[0][0] == file.id
    assert desk.text(file) == "hello ü"
    assert len(desk.writes) == 1
    _, undone = await desk.take_back("write", done)
    assert desk.text(file) is None
    again, _ = await desk.take_back("write", undone)
    (told,) = await desk.records("read", file=again.rows[0][0])
    assert told["text"] == "hello ü"


async def test_a_text_is_replaced_and_holds_again_what_it_held(desk: FileDesk[Any]) -> None:
    file = desk.put("a.txt", "old")
    _, done = await desk.act("write", folder=desk.shop.id, name="a.txt", text="new")
    assert (done.changes[0].before or {})["text"] == "old"
    assert (desk.text(file), len(desk.writes)) == ("new", 1)
    await desk.take_back("write", done)
    assert desk.text(file) == "old"


async def test_a_file_is_moved_and_is_where_it_was(desk: FileDesk[Any]) -> None:
    file, deeper = desk.put("a.txt"), desk.site.folder("2026", within=desk.shop)
    table, done = await desk.act("move", file=file.id, folder=deeper.id, name="b.txt")
    assert table.rows[0][0] == file.id
    assert (file.name, file.parent) == ("b.txt", deeper.id)
    _, undone = await desk.take_back("move", done)
    assert (file.name, file.parent) == ("a.txt", desk.shop.id)
    await desk.take_back("move", undone)
    assert (file.name, file.parent) == ("b.txt", deeper.id)
    _, renamed = await desk.act("move", file=file.id, folder=deeper.id, name="c.txt")
    await desk.take_back("move", renamed)
    assert file.name == "b.txt"


async def test_what_has_a_name_again_that_is_taken_is_not_put_back(desk: FileDesk[Any]) -> None:
    file, deeper = desk.put("a.txt"), desk.site.folder("2026", within=desk.shop)
    _, moved = await desk.act("move", file=file.id, folder=deeper.id)
    desk.put("a.txt", "other")
    with pytest.raises(InvalidArgument, match="of that name"):
        await desk.take_back("move", moved)
    assert file.parent == deeper.id


async def test_what_changed_since_it_was_shown_is_not_done(desk: FileDesk[Any]) -> None:
    files = [desk.put(f"{name}.txt", "old") for name in "abc"]
    deeper = desk.site.folder("2026", within=desk.shop)
    plans = [
        await desk.plan("write", folder=desk.shop.id, name="a.txt", text="new"),
        await desk.plan("delete", file=files[1].id),
        await desk.plan("move", file=files[2].id, folder=deeper.id),
    ]
    for file in files:
        desk.site.write(file, b"newer")
    for plan in plans:
        with pytest.raises(StaleConfirmation):
            await desk.carry_out(plan)
    assert [desk.text(file) for file in files] == ["newer"] * 3
    assert files[2].parent == desk.shop.id


async def test_what_changed_since_it_was_done_is_not_taken_back(desk: FileDesk[Any]) -> None:
    file = desk.put("a.txt", "old")
    _, done = await desk.act("write", folder=desk.shop.id, name="a.txt", text="new")
    desk.site.write(file, b"newer")
    with pytest.raises(Conflict):
        await desk.take_back("write", done)
    assert desk.text(file) == "newer"


@pytest.mark.parametrize("loss", LOST)
@pytest.mark.parametrize("verb", ["write", "delete", "move", "replace"])
async def test_a_lost_answer_is_looked_up_and_nothing_is_sent_twice(
    desk: FileDesk[Any], verb: str, loss: Fault
) -> None:
    file, deeper = desk.put("a.txt", "old"), desk.site.folder("2026", within=desk.shop)
    arguments: dict[str, Any] = {
        "write": {"folder": desk.shop.id, "name": "b.txt", "text": "new"},
        "replace": {"folder": desk.shop.id, "name": "a.txt", "text": "new"},
        "delete": {"file": file.id},
        "move": {"file": file.id, "folder": deeper.id},
    }[verb]
    planned = await desk.plan("write" if verb == "replace" else verb, **arguments)
    _, done = await desk.carry_out(planned, Losing(desk.far, losses=[loss]))
    assert len(desk.writes) == 1
    assert await desk.trace(done) is Trace.DONE


async def test_where_nobody_can_tell_it_stays_in_doubt_until_it_is_traced(desk: FileDesk[Any]) -> None:
    planned = await desk.plan("write", folder=desk.shop.id, name="a.txt", text="new")
    assert planned.effect is not None
    desk.far.refusing = Fault(503)
    with pytest.raises(InDoubt):
        await desk.carry_out(planned)
    assert len(desk.writes) == 1
    assert await desk.trace(planned.effect) is Trace.NOT_DONE
    assert await desk.trace_now(planned.effect, {}) is Trace.UNDER_WAY


async def test_nothing_is_done_outside_the_folders(desk: FileDesk[Any]) -> None:
    file, other = desk.put("a.txt"), desk.site.folder("other")
    foreign = desk.site.put("b.txt", "x", within=other)
    acts: list[tuple[str, dict[str, Any]]] = [
        ("write", {"folder": other.id, "name": "c.txt", "text": "x"}),
        ("move", {"file": file.id, "folder": other.id}),
        ("move", {"file": foreign.id, "folder": desk.shop.id}),
        ("delete", {"file": foreign.id}),
    ]
    for verb, arguments in acts:
        with pytest.raises(NotFound):
            await desk.plan(verb, **arguments)
    assert desk.writes == []


async def test_a_folder_is_neither_moved_nor_deleted(desk: FileDesk[Any]) -> None:
    deeper = desk.site.folder("2026", within=desk.shop)
    acts: list[tuple[str, dict[str, Any]]] = [
        ("delete", {}),
        ("move", {"folder": desk.shop.id, "name": "x"}),
    ]
    for verb, arguments in acts:
        with pytest.raises(InvalidArgument, match="that is a folder"):
            await desk.plan(verb, file=deeper.id, **arguments)


async def test_what_has_gone_elsewhere_is_neither_changed_nor_taken_back(
    desk: FileDesk[Any],
) -> None:
    file, deeper = desk.put("a.txt", "old"), desk.site.folder("2026", within=desk.shop)
    planned = [
        await desk.plan("write", folder=desk.shop.id, name="a.txt", text="new"),
        await desk.plan("delete", file=file.id),
    ]
    _, done = await desk.act("write", folder=desk.shop.id, name="b.txt", text="new")
    desk.site.named("b.txt").parent = file.parent = deeper.id
    for each in planned:
        with pytest.raises(StaleConfirmation):
            await desk.carry_out(each)
    with pytest.raises(Conflict):
        await desk.take_back("write", done)
    assert desk.text(file) == "old"


@pytest.mark.threat("T23")
async def test_a_file_that_is_moved_or_renamed_takes_its_own_readers_along(desk: FileDesk[Any]) -> None:
    file, deeper = desk.put("a.txt"), desk.site.folder("2026", within=desk.shop)
    desk.open_to_a_partner(file)
    renamed = await desk.plan("move", file=file.id, folder=desk.shop.id, name="b.txt")
    moved = await desk.plan("move", file=file.id, folder=deeper.id)
    for planned in (renamed, moved):
        assert planned.effect is not None
        assert "jd@partner.example" in planned.effect.destinations
        assert any("jd@partner.example" in each for each in planned.effect.readers)
    _, done = await desk.carry_out(moved)
    undoing = await desk.plan("move", undo=[change.inverse() for change in done.changes])
    assert undoing.effect is not None
    assert "jd@partner.example" in undoing.effect.destinations


async def test_a_file_gets_its_name_in_other_letters(desk: FileDesk[Any]) -> None:
    file = desk.put("readme.txt")
    await desk.act("move", file=file.id, folder=desk.shop.id, name="README.txt")
    assert file.name == "README.txt"


async def test_a_file_that_is_no_longer_seen_is_not_told_to_be_deleted(desk: FileDesk[Any]) -> None:
    file, other = desk.put("a.txt", "old"), desk.site.folder("other")
    planned = await desk.plan("delete", file=file.id)
    assert planned.effect is not None
    desk.far.refusing = Fault(503)
    with pytest.raises(InDoubt):
        await desk.carry_out(planned)
    desk.far.refusing = None
    assert await desk.trace(planned.effect) is Trace.NOT_DONE
    file.parent = other.id
    assert await desk.trace(planned.effect) is Trace.UNKNOWN
    desk.shop.parent, file.parent = other.id, desk.shop.id
    desk.connector = desk.with_settings(folders=[other.id])
    assert await desk.trace(planned.effect) is Trace.NOT_DONE
    desk.connector = desk.with_settings(folders=[desk.site.folder("2026").id])
    assert await desk.trace(planned.effect) is Trace.UNKNOWN
    assert desk.text(file) == "old"


async def test_a_file_that_was_made_and_changed_since_is_not_told_to_be_none(desk: FileDesk[Any]) -> None:
    planned = await desk.plan("write", folder=desk.shop.id, name="b.txt", text="new")
    assert planned.effect is not None
    _, done = await desk.carry_out(planned)
    (change,) = done.changes
    keyless = done.holding((Change(change.target, {}, None, {"name": "b.txt", "text": "new"}),))
    since: Json = {"since": "2020-01-01T00:00:00+00:00"}
    assert await desk.trace(keyless, since) is Trace.DONE
    desk.site.write(desk.site.named("b.txt"), b"newer")
    assert await desk.trace(keyless, since) is Trace.UNKNOWN
    desk.connector = desk.with_settings(folders=[desk.site.folder("2026").id])
    assert await desk.trace(keyless, since) is Trace.UNKNOWN


async def test_nothing_is_done_in_a_folder_that_is_elsewhere_since_it_was_planned(
    desk: FileDesk[Any],
) -> None:
    file, deeper = desk.put("a.txt"), desk.site.folder("2026", within=desk.shop)
    plans = [
        await desk.plan("write", folder=deeper.id, name="b.txt", text="new"),
        await desk.plan("move", file=file.id, folder=deeper.id),
    ]
    deeper.parent = desk.site.folder("other").id
    for planned in plans:
        with pytest.raises(NotFound):
            await desk.carry_out(planned)
    assert (desk.writes, file.parent) == ([], desk.shop.id)


async def test_where_a_folder_was_when_it_was_planned_counts_no_more(desk: FileDesk[Any]) -> None:
    deeper = desk.site.folder("2026", within=desk.shop)
    deepest = desk.site.folder("05", within=deeper)
    arguments: dict[str, Any] = {"folder": deepest.id, "name": "b.txt", "text": "new"}
    call = call_of(tool_of(desk.connector, "write"), arguments, ADA)
    async with desk.connector.open(ADA, desk.credential) as session:
        planned = await session.plan(call, {})
        deeper.parent = desk.site.folder("other").id
        with pytest.raises(NotFound):
            await session.carry_out(grant_of(planned), Notes())
    assert desk.writes == []


async def test_what_has_another_folder_since_it_was_to_be_taken_back_is_left(desk: FileDesk[Any]) -> None:
    file, deeper = desk.put("a.txt", "old"), desk.site.folder("2026", within=desk.shop)
    _, done = await desk.act("write", folder=desk.shop.id, name="a.txt", text="new")
    undoing = await desk.plan("write", undo=[change.inverse() for change in done.changes])
    file.parent = deeper.id
    with pytest.raises(StaleConfirmation):
        await desk.carry_out(undoing)
    assert desk.text(file) == "new"


@pytest.mark.parametrize("status", [202, 206, 302, 408])
async def test_an_answer_that_is_no_refusal_does_not_tell_that_nothing_was_done(
    desk: FileDesk[Any], status: int
) -> None:
    file = desk.put("a.txt", "old")
    planned = await desk.plan("write", folder=desk.shop.id, name="a.txt", text="new")
    await desk.carry_out(planned, Losing(desk.far, losses=[Fault(status)]))
    assert (desk.text(file), len(desk.writes)) == ("new", 1)
