"""Acting in a library: what is shown, done once, taken back, and found again."""

from typing import Any

import pytest

from policies.errors import (
    Conflict,
    Denied,
    InDoubt,
    InvalidArgument,
    NotFound,
    StaleConfirmation,
    UpstreamFailed,
)
from tests.tools.rest.calling import Losing
from tests.tools.rest.faults import Fault
from tests.tools.sharepoint.desk import Desk
from tests.tools.sharepoint.gate import READS, SELECTED, Asked
from tests.tools.sharepoint.site import Site
from tests.tools.sharepoint.world import Role
from tools.connector import Trace

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T18", "T50", "T47")]

LOST = [Fault(502, b""), Fault(503, b""), Fault(200, b"{}", half=True), Fault(200, b'{"id": 7}')]


async def test_a_file_is_made_and_gone_where_it_is_taken_back(desk: Desk) -> None:
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
    assert file.id in desk.site.at.world.binned
    await desk.take_back("write", undone)
    assert desk.text(desk.site.named("a b.txt")) == "hello ü"


async def test_a_text_is_replaced_and_holds_again_what_it_held(desk: Desk) -> None:
    file = desk.put("a.txt", "old")
    _, done = await desk.act("write", folder=desk.shop.id, name="A.txt", text="new")
    assert (done.changes[0].before or {})["text"] == "old"
    assert (desk.text(file), len(desk.writes)) == ("new", 1)
    await desk.take_back("write", done)
    assert desk.text(file) == "old"
    assert [each.content for each in file.versions] == [b"old", b"new", b"old"]


async def test_what_is_no_text_or_says_the_same_is_not_replaced(desk: Desk) -> None:
    desk.put("logo.png", b"\x89PNG\x00")
    desk.put("long.txt", "x" * 20_001)
    desk.put("Notes", facet={"package": {"type": "oneNote"}})
    desk.put("a.txt", "same")
    desk.site.folder("2026", within=desk.shop)
    for name, text in (
        ("logo.png", "x"),
        ("long.txt", "x"),
        ("Notes", "x"),
        ("2026", "x"),
        ("a.txt", "same"),
    ):
        with pytest.raises(InvalidArgument):
            await desk.plan("write", folder=desk.shop.id, name=name, text=text)
    large = desk.put("large.txt", "x", size=10 * 2**30)
    desk.site.at.asked.clear()
    with pytest.raises(InvalidArgument):
        await desk.plan("write", folder=desk.shop.id, name=large.name, text="x")
    assert not any(each.downloads for each in desk.site.at.asked)


async def test_a_text_is_deleted_and_made_anew(desk: Desk) -> None:
    file = desk.put("a.txt", "hello")
    planned = await desk.plan("delete", file=file.id)
    assert planned.effect is not None
    assert not planned.effect.final
    _, done = await desk.carry_out(planned)
    assert desk.text(file) is None
    _, undone = await desk.take_back("delete", done)
    again = desk.site.named("a.txt")
    assert (again.id != file.id, desk.text(again)) == (True, "hello")
    await desk.take_back("delete", undone)
    assert "a.txt" not in desk.site.names


async def test_of_what_is_no_text_a_deletion_is_said_to_be_final(desk: Desk) -> None:
    file = desk.put("logo.png", b"\x89PNG\x00")
    planned = await desk.plan("delete", file=file.id)
    assert planned.effect is not None
    assert "could put back" in planned.effect.final
    await desk.carry_out(planned)
    assert file.id in desk.site.at.world.binned


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
    await desk.take_back("move", renamed)
    assert file.name == "b.txt"


async def test_what_has_a_name_again_that_is_taken_is_not_put_back(desk: Desk) -> None:
    file, deeper = desk.put("a.txt"), desk.site.folder("2026", within=desk.shop)
    _, moved = await desk.act("move", file=file.id, folder=deeper.id)
    desk.put("A.TXT", "other")
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


async def test_what_changes_in_the_last_moment_is_left_as_it_is(desk: Desk) -> None:
    """Behind the last look the request itself says on which condition."""
    files = [desk.put(f"{name}.txt", "old") for name in "abc"]
    deeper = desk.site.folder("2026", within=desk.shop)
    plans = [
        await desk.plan("write", folder=desk.shop.id, name="a.txt", text="new"),
        await desk.plan("delete", file=files[1].id),
        await desk.plan("move", file=files[2].id, folder=deeper.id),
    ]
    for plan, file in zip(plans, files, strict=True):

        def meanwhile(asked: Asked, file: Any = file) -> None:
            if asked.method != "GET":
                desk.site.write(file, b"newer")

        desk.site.at.meanwhile = meanwhile
        with pytest.raises(StaleConfirmation):
            await desk.carry_out(plan)
    assert [desk.text(file) for file in files] == ["newer"] * 3
    assert files[2].parent == desk.shop.id


async def test_what_is_made_in_the_last_moment_is_not_written_over(desk: Desk) -> None:
    file, deeper = desk.put("a.txt"), desk.site.folder("2026", within=desk.shop)
    plans = [
        await desk.plan("write", folder=desk.shop.id, name="b.txt", text="new"),
        await desk.plan("move", file=file.id, folder=deeper.id),
    ]
    others: list[Any] = []

    def meanwhile(asked: Asked) -> None:
        if asked.method != "GET":
            others.append(
                desk.put("b.txt", "other") if asked.method == "PUT" else desk.put("a.txt", within=deeper)
            )

    desk.site.at.meanwhile = meanwhile
    for plan in plans:
        with pytest.raises(StaleConfirmation):
            await desk.carry_out(plan)
    assert desk.text(others[0]) == "other"
    assert file.parent == desk.shop.id


async def test_what_changed_since_it_was_done_is_not_taken_back(desk: Desk) -> None:
    file = desk.put("a.txt", "old")
    _, done = await desk.act("write", folder=desk.shop.id, name="a.txt", text="new")
    desk.site.write(file, b"newer")
    with pytest.raises(Conflict):
        await desk.take_back("write", done)
    assert desk.text(file) == "newer"


@pytest.mark.parametrize("loss", LOST)
@pytest.mark.parametrize("verb", ["write", "delete", "move", "replace"])
async def test_a_lost_answer_is_looked_up_and_nothing_is_sent_twice(
    desk: Desk, verb: str, loss: Fault
) -> None:
    file, deeper = desk.put("a.txt", "old"), desk.site.folder("2026", within=desk.shop)
    arguments: dict[str, Any] = {
        "write": {"folder": desk.shop.id, "name": "b.txt", "text": "new"},
        "replace": {"folder": desk.shop.id, "name": "a.txt", "text": "new"},
        "delete": {"file": file.id},
        "move": {"file": file.id, "folder": deeper.id},
    }[verb]
    planned = await desk.plan("write" if verb == "replace" else verb, **arguments)
    _, done = await desk.carry_out(planned, Losing(desk.site.at, losses=[loss]))
    assert len(desk.writes) == 1
    assert await desk.trace(done) is Trace.DONE


async def test_where_nobody_can_tell_it_stays_in_doubt_until_it_is_traced(desk: Desk) -> None:
    planned = await desk.plan("write", folder=desk.shop.id, name="a.txt", text="new")
    assert planned.effect is not None
    desk.site.at.refusing = Fault(503)
    with pytest.raises(InDoubt):
        await desk.carry_out(planned)
    assert len(desk.writes) == 1
    assert await desk.trace(planned.effect) is Trace.NOT_DONE
    assert await desk.trace_now(planned.effect, {}) is Trace.UNDER_WAY


async def test_what_sharepoint_surely_did_not_do_is_no_doubt(desk: Desk) -> None:
    file = desk.put("a.txt", "old")
    planned = await desk.plan("write", folder=desk.shop.id, name="a.txt", text="new")
    file.locked = True
    with pytest.raises(Denied, match="checked out"):
        await desk.carry_out(planned)
    file.locked, desk.site.at.world.full = False, True
    with pytest.raises(UpstreamFailed, match="no room"):
        await desk.carry_out(planned)
    assert desk.text(file) == "old"


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
    ada.connector, ada.token = ada.with_settings(selected=True), site.give("ada", SELECTED)
    await ada.act("delete", file=file.id)


async def test_a_permission_that_ended_a_moment_ago_lets_nobody_act(site: Site) -> None:
    ada, bob = Desk(site), Desk(site, "bob")
    file = ada.put("a.txt", "old")
    site.share(ada.shop, "bob", Role.WRITE)
    planned = await bob.plan("write", folder=ada.shop.id, name="a.txt", text="of bob")
    site.unshare(ada.shop, "bob")
    with pytest.raises(StaleConfirmation):
        await bob.carry_out(planned)
    assert ada.text(file) == "old"


async def test_nothing_is_done_outside_the_folders(desk: Desk) -> None:
    file, other = desk.put("a.txt"), desk.site.folder("other")
    foreign = desk.site.put("b.txt", "x", within=other)
    board = desk.site.folder("Board", elsewhere=True)
    acts: list[tuple[str, dict[str, Any]]] = [
        ("write", {"folder": other.id, "name": "c.txt", "text": "x"}),
        ("write", {"folder": board.id, "name": "c.txt", "text": "x"}),
        ("move", {"file": file.id, "folder": other.id}),
        ("move", {"file": file.id, "folder": board.id}),
        ("move", {"file": foreign.id, "folder": desk.shop.id}),
        ("delete", {"file": foreign.id}),
    ]
    for verb, arguments in acts:
        with pytest.raises(NotFound):
            await desk.plan(verb, **arguments)
    assert desk.writes == []


async def test_a_folder_is_neither_moved_nor_deleted(desk: Desk) -> None:
    deeper = desk.site.folder("2026", within=desk.shop)
    acts: list[tuple[str, dict[str, Any]]] = [
        ("delete", {}),
        ("move", {"folder": desk.shop.id, "name": "x"}),
    ]
    for verb, arguments in acts:
        with pytest.raises(InvalidArgument, match="that is a folder"):
            await desk.plan(verb, file=deeper.id, **arguments)


@pytest.mark.threat("T23")
async def test_whoever_sees_a_file_that_is_replaced_is_asked_about(desk: Desk) -> None:
    desk.site.share(desk.put("a.txt", "old"), "jd@partner.example", kind="invited")
    planned = await desk.plan("write", folder=desk.shop.id, name="a.txt", text="new")
    assert planned.effect is not None
    assert planned.effect.destinations == ("ada@acme.example", "jd@partner.example")


@pytest.mark.threat("T23")
async def test_who_does_not_own_a_folder_is_not_told_all_who_read_it(site: Site) -> None:
    ada, bob = Desk(site), Desk(site, "bob")
    site.share(ada.shop, "bob", Role.WRITE)
    site.share(ada.shop, "anonymous", kind="link")
    planned = await bob.plan("write", folder=ada.shop.id, name="a.txt", text="x")
    assert planned.effect is not None
    assert planned.effect.destinations == ("bob@acme.example", "people whom SharePoint does not name")
    site.at.meanwhile = lambda asked: (
        site.at.faults.append(Fault(403)) if asked.path.endswith("/permissions") else None
    )
    planned = await bob.plan("write", folder=ada.shop.id, name="a.txt", text="x")
    assert planned.effect is not None
    assert planned.effect.destinations == ("people whom SharePoint does not name",)


async def test_what_has_gone_elsewhere_is_neither_replaced_nor_deleted_nor_taken_back(desk: Desk) -> None:
    file, deeper = desk.put("a.txt", "old"), desk.site.folder("2026", within=desk.shop)
    planned = [
        await desk.plan("write", folder=desk.shop.id, name="a.txt", text="new"),
        await desk.plan("delete", file=file.id),
    ]
    _, done = await desk.act("write", folder=desk.shop.id, name="b.txt", text="new")
    desk.site.move(desk.site.named("b.txt"), deeper)
    desk.site.move(file, deeper)
    for each in planned:
        with pytest.raises(StaleConfirmation):
            await desk.carry_out(each)
    with pytest.raises(Conflict):
        await desk.take_back("write", done)
    assert desk.text(file) == "old"


async def test_what_could_not_be_written_back_is_not_replaced(desk: Desk) -> None:
    desk.put("old.txt", "hello".encode("utf-16"))
    with pytest.raises(InvalidArgument):
        await desk.plan("write", folder=desk.shop.id, name="old.txt", text="new")
