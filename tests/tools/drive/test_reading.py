"""Reading in a Drive: what is open, page by page, and what a file says."""

import pytest

from policies.errors import Denied, InvalidArgument, LimitReached, NotFound, UpstreamFailed
from tests.tools.drive.answers import failing, limited
from tests.tools.drive.desk import Desk
from tests.tools.drive.gate import Asked
from tests.tools.drive.site import Site
from tests.tools.drive.world import DOCUMENT, SPREADSHEET, Role
from tests.tools.rest.faults import Fault

pytestmark = pytest.mark.anyio


async def names(desk: Desk, verb: str, **arguments: str) -> list[object]:
    return [row[1] for row in await desk.all_rows(verb, **arguments)]


async def test_a_search_finds_names_and_text_in_open_folders_alone(desk: Desk) -> None:
    deeper = desk.site.folder("2026", within=desk.shop)
    desk.put("basket.txt", "apples")
    desk.put("prices.txt", "of a basket", within=deeper)
    desk.put("gone.txt", "basket").trashed = True
    desk.site.put("basket of others.txt", "x")
    assert sorted(map(str, await names(desk, "search", search="basket"))) == ["basket.txt", "prices.txt"]
    assert await names(desk, "search", search="basket", folder=deeper.id) == ["prices.txt"]
    assert await names(desk, "search", search="o'neil\\") == []


async def test_with_everything_open_the_whole_drive_is(site: Site) -> None:
    desk = Desk(site, folders=["*"])
    site.put("mine.txt", "x")
    assert sorted(map(str, await names(desk, "list"))) == ["mine.txt", "shop"]
    assert await names(desk, "search", search="mine") == ["mine.txt"]


async def test_documents_of_googles_own_are_read_as_they_are_exported(desk: Desk) -> None:
    document = desk.put("Plan.docx", "The basket", mime=DOCUMENT)
    sheet = desk.put("Prices", "apple,1\nbasket,2", mime=SPREADSHEET)
    assert (await desk.records("read", file=document.id))[0]["text"] == "The basket"
    assert "basket,2" in str((await desk.records("read", file=sheet.id))[0]["text"])
    drawing = desk.put("Drawing", "", mime="application/vnd.google-apps.drawing")
    with pytest.raises(Denied, match="without text"):
        await desk.table("read", file=drawing.id)
    with pytest.raises(InvalidArgument, match="folder"):
        await desk.table("read", file=desk.shop.id)


async def test_a_file_that_changes_while_it_is_read_is_not_told(desk: Desk) -> None:
    file = desk.put("a.txt", "old")

    def meanwhile(asked: Asked) -> None:
        if asked.downloads:
            desk.site.write(file, b"new")

    desk.site.gate.meanwhile = meanwhile
    with pytest.raises(InvalidArgument, match="changed since"):
        await desk.table("read", file=file.id)


@pytest.mark.threat("T32")
async def test_what_is_in_no_open_folder_looks_like_what_does_not_exist(desk: Desk) -> None:
    other = desk.site.folder("tenant-b")
    file = desk.site.put("a.txt", "x", within=other)
    shared = desk.site.put("b.txt", "x", owner="bob")
    desk.site.share(shared, "ada")
    for id_ in (file.id, shared.id, other.id):
        with pytest.raises(NotFound):
            await desk.table("info", file=id_)
    for folder in (other.id, "root", file.id):
        with pytest.raises(NotFound):
            await desk.table("list", folder=folder)
    trashed = desk.put("gone.txt")
    trashed.trashed = True
    with pytest.raises(NotFound):
        await desk.table("read", file=trashed.id)


@pytest.mark.threat("T35")
@pytest.mark.parametrize(
    ("fault", "refusal"),
    [
        (limited(), LimitReached),
        (Fault(429, b"", {"retry-after": "60"}), LimitReached),
        (failing(403, "insufficientPermissions"), Denied),
        (failing(403, "cannotDownloadFile"), Denied),
        (failing(500), UpstreamFailed),
        (Fault(200, b"<html>"), UpstreamFailed),
        (Fault(200, b'{"files": 7}'), UpstreamFailed),
        (Fault(200, b"{}", half=True), UpstreamFailed),
        (Fault(302, headers={"location": "http://127.0.0.1:1/"}), UpstreamFailed),
    ],
)
async def test_what_goes_wrong_there_is_told_in_our_own_words(
    site: Site, fault: Fault, refusal: type[Exception]
) -> None:
    desk = Desk(site)
    assert await names(desk, "list") == ["shop"]
    site.gate.faults = [fault] * 3
    with pytest.raises(refusal) as caught:
        await desk.table("list", folder=desk.shop.id)
    assert "SENTINEL" not in str(caught.value)


async def test_payloads_are_no_ids(desk: Desk) -> None:
    await desk.table("list")
    desk.site.gate.asked.clear()
    for payload in (
        "../../etc/passwd",
        "a/b",
        "x' or 'a' in parents or name='",
        "tenant-a-evil/x",
        "",
        "é" * 9,
    ):
        for verb, arguments in (("info", {"file": payload}), ("list", {"folder": payload})):
            if payload:
                with pytest.raises(NotFound):
                    await desk.table(verb, **arguments)
    assert desk.site.gate.asked == []


async def test_readers_are_named_where_drive_names_them(site: Site) -> None:
    desk = Desk(site)
    site.share(desk.shop, "bob", Role.WRITER)
    planned = await desk.plan("write", folder=desk.shop.id, name="a.txt", text="x")
    assert planned.effect is not None
    assert planned.effect.destinations == ("ada@acme.example", "bob@acme.example")
    site.share(desk.shop, "", Role.READER, kind="anyone")
    site.share(desk.shop, "partner.example", Role.READER, kind="domain")
    planned = await desk.plan("write", folder=desk.shop.id, name="a.txt", text="x")
    assert planned.effect is not None
    assert "anyone who has the link" in planned.effect.destinations
    assert "everybody at partner.example" in planned.effect.readers[0]


async def test_a_folder_that_a_user_does_not_see_hides_no_other(site: Site) -> None:
    ada, bob = Desk(site), Desk(site, "bob")
    site.share(ada.shop, "bob")
    own = site.folder("private")
    bob.connector = bob.with_settings(folders=[own.id, ada.shop.id])
    assert await names(bob, "list") == ["shop"]
