"""Acting in a Drive: what is shown, done once, taken back, and found again."""

from typing import Any

import pytest

from policies.errors import Conflict, Denied, InDoubt, InvalidArgument, NotFound, StaleConfirmation
from tests.tools.drive.answers import failing
from tests.tools.drive.desk import Desk
from tests.tools.drive.gate import READS
from tests.tools.drive.site import Site
from tests.tools.drive.world import DOCUMENT, Role
from tests.tools.rest.calling import Losing
from tests.tools.rest.faults import Fault
from tools.connector import Trace

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T18", "T50", "T47")]

LOST = Fault(502, b"")


async def test_a_file_is_made_and_in_the_trash_where_it_is_taken_back(desk: Desk) -> None:
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
    await desk.take_back("write", undone)
    assert "hello ü" in {
        desk.text(each) for each in [*desk.site.world.files.values()] if each.name == "a b.txt"
    }


async def test_a_text_is_replaced_and_holds_again_what_it_held(desk: Desk) -> None:
    file = desk.put("a.txt", "old")
    _, done = await desk.act("write", folder=desk.shop.id, name="a.txt", text="new")
    assert (done.changes[0].before or {})["text"] == "old"
    assert desk.text(file) == "new"
    await desk.take_back("write", done)
    assert desk.text(file) == "old"


async def test_what_is_no_text_or_says_the_same_is_not_replaced(desk: Desk) -> None:
    desk.put("logo.png", b"\x89PNG\x00")
    desk.put("Plan", "text", mime=DOCUMENT)
    desk.put("a.txt", "same")
    for name, text in (("logo.png", "x"), ("Plan", "x"), ("a.txt", "same")):
        with pytest.raises(InvalidArgument):
            await desk.plan("write", folder=desk.shop.id, name=name, text=text)


async def test_a_file_is_deleted_and_there_again_with_its_history(desk: Desk) -> None:
    file = desk.put("logo.png", b"\x89PNG\x00")
    _, done = await desk.act("delete", file=file.id)
    assert not done.final
    assert desk.text(file) is None
    await desk.take_back("delete", done)
    assert desk.site.world.files[file.id].content == b"\x89PNG\x00"
    assert not desk.site.world.files[file.id].trashed


async def test_a_file_is_moved_and_is_where_it_was(desk: Desk) -> None:
    file, deeper = desk.put("a.txt"), desk.site.folder("2026", within=desk.shop)
    table, done = await desk.act("move", file=file.id, folder=deeper.id, name="b.txt")
    assert table.rows[0][0] == file.id
    assert (file.name, file.parent) == ("b.txt", deeper.id)
    _, undone = await desk.take_back("move", done)
    assert (file.name, file.parent) == ("a.txt", desk.shop.id)
    await desk.take_back("move", undone)
    assert (file.name, file.parent) == ("b.txt", deeper.id)
    _, renamed = await desk.act("move", file=file.id, folder=deeper.id, name="c.txt")
    assert (file.name, file.parent) == ("c.txt", deeper.id)
    await desk.take_back("move", renamed)
    assert file.name == "b.txt"


async def test_what_has_a_name_again_that_is_taken_is_not_put_back(desk: Desk) -> None:
    file, deeper = desk.put("a.txt"), desk.site.folder("2026", within=desk.shop)
    _, moved = await desk.act("move", file=file.id, folder=deeper.id)
    desk.put("a.txt", "other")
    with pytest.raises(InvalidArgument, match="of that name"):
        await desk.take_back("move", moved)
    assert file.parent == deeper.id


async def test_what_changed_since_it_was_shown_is_not_done(desk: Desk) -> None:
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


async def test_what_changed_since_it_was_done_is_not_taken_back(desk: Desk) -> None:
    file = desk.put("a.txt", "old")
    _, done = await desk.act("write", folder=desk.shop.id, name="a.txt", text="new")
    desk.site.write(file, b"newer")
    with pytest.raises(Conflict):
        await desk.take_back("write", done)
    assert desk.text(file) == "newer"


@pytest.mark.parametrize("verb", ["write", "delete", "move", "replace"])
async def test_a_lost_answer_is_looked_up_and_nothing_is_sent_twice(desk: Desk, verb: str) -> None:
    file, deeper = desk.put("a.txt", "old"), desk.site.folder("2026", within=desk.shop)
    arguments: dict[str, Any] = {
        "write": {"folder": desk.shop.id, "name": "b.txt", "text": "new"},
        "replace": {"folder": desk.shop.id, "name": "a.txt", "text": "new"},
        "delete": {"file": file.id},
        "move": {"file": file.id, "folder": deeper.id},
    }[verb]
    planned = await desk.plan("write" if verb == "replace" else verb, **arguments)
    _, done = await desk.carry_out(planned, Losing(desk.site.gate, losses=[LOST]))
    assert len(desk.writes) == 1
    assert await desk.trace(done) is Trace.DONE


async def test_where_nobody_can_tell_it_stays_in_doubt_until_it_is_traced(desk: Desk) -> None:
    planned = await desk.plan("write", folder=desk.shop.id, name="a.txt", text="new")
    assert planned.effect is not None
    desk.site.gate.refusing = failing(500)
    with pytest.raises(InDoubt):
        await desk.carry_out(planned)
    assert await desk.trace(planned.effect) is Trace.NOT_DONE
    assert await desk.trace_now(planned.effect, {}) is Trace.UNDER_WAY


async def test_a_token_or_a_user_that_may_only_read_changes_nothing(site: Site) -> None:
    ada, bob = Desk(site), Desk(site, "bob")
    file = ada.put("a.txt", "hello")
    site.share(ada.shop, "bob")
    ada.token = site.give("ada", READS)
    for desk in (ada, bob):
        with pytest.raises(Denied):
            await desk.act("write", folder=ada.shop.id, name="b.txt", text="x")
        with pytest.raises(Denied):
            await desk.act("delete", file=file.id)
    assert ada.text(file) == "hello"
    assert "b.txt" not in site.names


async def test_nothing_is_done_outside_the_folders(desk: Desk) -> None:
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


async def test_a_writer_deletes_what_is_somebody_elses_only_as_drive_lets_them(site: Site) -> None:
    ada, bob = Desk(site), Desk(site, "bob")
    site.share(ada.shop, "bob", Role.WRITER)
    file = ada.put("a.txt", "of ada")
    with pytest.raises(Denied, match="Drive does not let you"):
        await bob.act("delete", file=file.id)
    await bob.act("write", folder=ada.shop.id, name="a.txt", text="of bob")
    assert ada.text(file) == "of bob"
    assert [each.by for each in file.revisions] == ["ada", "bob"]


async def test_a_folder_is_neither_moved_nor_deleted(desk: Desk) -> None:
    deeper = desk.site.folder("2026", within=desk.shop)
    acts: list[tuple[str, dict[str, Any]]] = [
        ("delete", {}),
        ("move", {"folder": desk.shop.id, "name": "x"}),
    ]
    for verb, arguments in acts:
        with pytest.raises(InvalidArgument, match="that is a folder"):
            await desk.plan(verb, file=deeper.id, **arguments)


async def test_documents_of_googles_own_are_moved_and_deleted(desk: Desk) -> None:
    document, deeper = desk.put("Plan", "text", mime=DOCUMENT), desk.site.folder("2026", within=desk.shop)
    await desk.act("move", file=document.id, folder=deeper.id)
    assert document.parent == deeper.id
    await desk.act("delete", file=document.id)
    assert document.trashed


async def test_whoever_sees_a_file_that_is_replaced_is_asked_about(desk: Desk) -> None:
    desk.site.share(desk.put("a.txt", "old"), "", Role.READER, kind="anyone")
    planned = await desk.plan("write", folder=desk.shop.id, name="a.txt", text="new")
    assert planned.effect is not None
    assert planned.effect.destinations == ("ada@acme.example", "anyone who has the link")


async def test_what_has_gone_elsewhere_is_neither_replaced_nor_deleted_nor_taken_back(desk: Desk) -> None:
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


async def test_what_its_owner_took_out_of_the_trash_is_not_taken_out_again(desk: Desk) -> None:
    file = desk.put("a.txt", "old")
    _, done = await desk.act("delete", file=file.id)
    file.trashed, file.name = False, "b.txt"
    with pytest.raises(StaleConfirmation, match="not in the trash"):
        await desk.take_back("delete", done)


async def test_what_could_not_be_written_back_is_not_replaced_and_what_can_keeps_its_type(desk: Desk) -> None:
    desk.put("old.txt", "hello".encode("utf-16"))
    with pytest.raises(InvalidArgument):
        await desk.plan("write", folder=desk.shop.id, name="old.txt", text="new")
    table = desk.put("a.csv", "a,b", mime="text/csv")
    await desk.act("write", folder=desk.shop.id, name="a.csv", text="c,d")
    assert table.mime == "text/csv"
