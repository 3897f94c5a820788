"""Acting in a Drive: what is shown, done once, taken back, and found again."""

import pytest

from policies.errors import Denied, InvalidArgument, StaleConfirmation
from tests.tools.drive.desk import Desk
from tests.tools.drive.gate import READS
from tests.tools.drive.site import Site
from tests.tools.drive.world import DOCUMENT, Role
from tests.tools.rest.faults import Fault

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T18", "T50", "T47")]

LOST = Fault(502, b"")


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


async def test_a_writer_deletes_what_is_somebody_elses_only_as_drive_lets_them(site: Site) -> None:
    ada, bob = Desk(site), Desk(site, "bob")
    site.share(ada.shop, "bob", Role.WRITER)
    file = ada.put("a.txt", "of ada")
    with pytest.raises(Denied, match="Drive does not let you"):
        await bob.act("delete", file=file.id)
    await bob.act("write", folder=ada.shop.id, name="a.txt", text="of bob")
    assert ada.text(file) == "of bob"
    assert [each.by for each in file.revisions] == ["ada", "bob"]


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
