"""Acting in a library: what is shown, done once, taken back, and found again."""

from typing import Any

import pytest

from policies.errors import (
    Denied,
    InDoubt,
    InvalidArgument,
    NotFound,
    StaleConfirmation,
    UpstreamFailed,
)
from tests.tools.rest.faults import Fault
from tests.tools.sharepoint.desk import Desk
from tests.tools.sharepoint.gate import READS, SELECTED, Asked
from tests.tools.sharepoint.site import Site
from tests.tools.sharepoint.world import Role
from tools.connector import Trace

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T18", "T50", "T47")]


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


async def test_what_was_made_goes_into_the_recycle_bin_and_what_was_replaced_is_kept(desk: Desk) -> None:
    file = desk.put("a.txt", "old")
    _, done = await desk.act("write", folder=desk.shop.id, name="A.txt", text="new")
    await desk.take_back("write", done)
    assert [each.content for each in file.versions] == [b"old", b"new", b"old"]
    table, done = await desk.act("write", folder=desk.shop.id, name="b.txt", text="new")
    await desk.take_back("write", done)
    assert table.rows[0][0] in desk.site.at.world.binned


async def test_nothing_is_done_in_another_library(desk: Desk) -> None:
    file, board = desk.put("a.txt"), desk.site.folder("Board", elsewhere=True)
    acts: list[tuple[str, dict[str, Any]]] = [
        ("write", {"folder": board.id, "name": "c.txt", "text": "x"}),
        ("move", {"file": file.id, "folder": board.id}),
        ("delete", {"file": desk.site.put("b.txt", "x", within=board).id}),
    ]
    for verb, arguments in acts:
        with pytest.raises(NotFound):
            await desk.plan(verb, **arguments)
    assert desk.writes == []


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
    with pytest.raises(Denied) as refused:
        await ada.plan("delete", file=file.id)
    assert refused.value.rule == "insufficient_scope"
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


async def test_what_could_not_be_written_back_is_not_replaced(desk: Desk) -> None:
    desk.put("old.txt", "hello".encode("utf-16"))
    with pytest.raises(InvalidArgument):
        await desk.plan("write", folder=desk.shop.id, name="old.txt", text="new")


async def test_what_a_user_no_longer_sees_is_not_told_to_be_deleted(site: Site) -> None:
    ada, bob = Desk(site), Desk(site, "bob")
    file = ada.put("a.txt", "old")
    site.share(ada.shop, "bob", Role.WRITE)
    planned = await bob.plan("delete", file=file.id)
    assert planned.effect is not None
    site.at.refusing = Fault(503)
    with pytest.raises(InDoubt):
        await bob.carry_out(planned)
    site.at.refusing = None
    site.unshare(ada.shop, "bob")
    assert await bob.trace(planned.effect) is Trace.UNKNOWN
    site.at.faults = [Fault(404), Fault(404)]  # Graph may as well say that there is nothing
    assert await bob.trace(planned.effect) is Trace.UNKNOWN
    assert ada.text(file) == "old"


async def test_who_is_named_on_a_later_page_can_read_it_as_well(desk: Desk) -> None:
    file = desk.put("a.txt", "old")
    for number in range(250):
        desk.site.share(file, f"p{number}@partner.example", kind="invited")
    planned = await desk.plan("write", folder=desk.shop.id, name="a.txt", text="new")
    assert planned.effect is not None
    assert {f"p{number}@partner.example" for number in range(250)} < {*planned.effect.destinations}
