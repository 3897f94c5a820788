"""Reading in a library: what is open, page by page, and what a file says."""

import json
from collections.abc import Mapping
from typing import Any, cast

import pytest

from policies.errors import Denied, InvalidArgument, LimitReached, NotFound, UpstreamFailed
from tests.tools.rest.faults import Fault
from tests.tools.sharepoint import shown
from tests.tools.sharepoint.desk import Desk, source_of
from tests.tools.sharepoint.gate import ACTS, READS, SELECTED, Asked
from tests.tools.sharepoint.site import Site
from tests.tools.sharepoint.world import ELSEWHERE, LIBRARY, Role
from tools.outbound.errors import BlockedAddress
from tools.sharepoint.api import Api

pytestmark = pytest.mark.anyio

REMOTE = {"remoteItem": {"id": "01ELSEWHERE000", "parentReference": {"driveId": ELSEWHERE}}}
CONTENT = ["*.sharepoint.com", "files.acme.example"]
NOTEBOOK = {"package": {"type": "oneNote"}}


async def names(desk: Desk, verb: str, **arguments: str) -> list[object]:
    return [row[1] for row in await desk.all_rows(verb, **arguments)]


@pytest.mark.threat("T12")
async def test_a_link_to_the_next_page_leads_the_token_nowhere(site: Site) -> None:
    desk = Desk(site, max_rows=1)
    desk.put("a.txt")
    desk.put("b.txt")
    site.at.links = "http://127.0.0.1:1/evil"
    assert await names(desk, "list", folder=desk.shop.id) == ["a.txt", "b.txt"]
    lost = Fault(200, b'{"value": [], "@odata.nextLink": "http://127.0.0.1:1/v1.0/x?$skip=2"}')
    site.at.meanwhile = lambda asked: site.at.faults.append(lost) if "/children" in asked.target else None
    with pytest.raises(UpstreamFailed):
        await desk.table("list", folder=desk.shop.id)


async def test_a_cursor_that_graph_does_not_know_is_told(desk: Desk) -> None:
    desk.connector = desk.with_settings(max_rows=1)
    desk.put("a.txt")
    desk.put("b.txt")
    following = (await desk.table("list", folder=desk.shop.id)).next
    desk.site.at.meanwhile = lambda asked: (
        desk.site.at.faults.append(Fault(400)) if "skiptoken" in asked.target else None
    )
    with pytest.raises(InvalidArgument, match="cursor"):
        await desk.table("list", folder=desk.shop.id, cursor=following)


async def test_a_search_finds_names_and_text_in_open_folders_alone(desk: Desk) -> None:
    deeper, other = desk.site.folder("2026", within=desk.shop), desk.site.folder("other")
    desk.put("basket.txt", "apples")
    desk.put("prices.txt", "of a basket", within=deeper)
    desk.site.put("basket of others.txt", "x")
    assert await names(desk, "search", search="basket") == ["basket.txt", "prices.txt"]
    assert await names(desk, "search", search="basket", folder=deeper.id) == ["prices.txt"]
    desk.connector = desk.with_settings(folders=[desk.shop.id, other.id])
    assert await names(desk, "search", search="basket") == ["basket.txt", "prices.txt"]
    assert await names(desk, "search", search="o'neil\\") == []
    with pytest.raises(InvalidArgument, match="word"):
        await desk.table("search", search="/ ..\\:".replace(".", ""))


@pytest.mark.threat("T08")
async def test_what_the_index_still_has_is_looked_at_as_it_is_now(site: Site) -> None:
    ada, bob = Desk(site), Desk(site, "bob")
    other = site.folder("other")
    gone, moved, hidden, renamed = (
        ada.put(f"basket {word}.txt") for word in ("gone", "moved", "hidden", "x")
    )
    site.share(ada.shop, "bob")
    assert len(await names(bob, "search", search="basket")) == 4
    site.freeze()
    site.at.world.bin(gone)
    site.move(moved, other)
    site.unshare(hidden, "bob")
    renamed.name = "renamed.txt"
    assert await names(bob, "search", search="basket") == ["renamed.txt"]


@pytest.mark.threat("T08")
async def test_what_has_left_the_folder_that_is_searched_is_not_found_in_it(site: Site) -> None:
    desk = Desk(site)
    deeper = site.folder("2026", within=desk.shop)
    file = desk.put("basket.txt", within=deeper)
    site.freeze()
    site.move(file, desk.shop)
    assert await names(desk, "search", search="basket", folder=deeper.id) == []
    assert await names(desk, "search", search="basket") == ["basket.txt"]


async def test_content_may_come_without_a_link(desk: Desk) -> None:
    desk.site.at.direct = True
    (told,) = await desk.records("read", file=desk.put("a.txt").id)
    assert told["text"] == "hello"


def led(there: str) -> str:
    source = source_of("https://graph.microsoft.com", folders=["*"], content=CONTENT)
    return str(Api("docs", source.url, cast("Any", None), frozenset(), source=source).led(there))


def test_content_is_at_hosts_that_the_configuration_names() -> None:
    for host in (
        "acme.sharepoint.com",
        "acme-my.sharepoint.com",
        "ACME.SharePoint.com",
        "files.acme.example",
    ):
        assert led(f"https://{host}/x?tempauth=y").endswith("/x?tempauth=y")


@pytest.mark.threat("T12")
@pytest.mark.parametrize(
    "there",
    [
        "https://more.files.acme.example/x",
        "https://sharepoint.com/x",
        "https://evilsharepoint.com/x",
        "https://acme.sharepoint.com.evil.example/x",
        "https://acme.sharepoint.com@evil.example/x",
        "https://acme.sharepoint.com:8443/x",
        "http://acme.sharepoint.com/x",
        "https://evil.example/.sharepoint.com",
        "https://127.0.0.1/x",
        "",
    ],
)
def test_content_is_nowhere_else(there: str) -> None:
    with pytest.raises(BlockedAddress):
        led(there)


async def test_with_everything_open_the_whole_library_is(desk: Desk) -> None:
    desk.connector = desk.with_settings(folders=["*"])
    desk.site.put("mine.txt", "x")
    desk.site.put("secret.txt", "x", within=desk.site.folder("Board", elsewhere=True))
    assert await names(desk, "list") == ["shop", "mine.txt"]
    assert await names(desk, "search", search="mine") == ["mine.txt"]


@pytest.mark.threat("T12")
async def test_content_is_fetched_without_the_token_and_from_known_hosts_alone(site: Site) -> None:
    desk = Desk(site)
    file = desk.put("a.txt")
    assert await desk.records("read", file=file.id)
    (fetched,) = (each for each in site.at.asked if each.is_of_the_store)
    assert desk.token not in str(fetched.headers)
    assert not {"authorization", "prefer"} & fetched.headers.keys()
    for store in (
        "http://127.0.0.1:1",
        "https://evil.example",
        "https://evilsharepoint.com",
        "https://sharepoint.com.evil.example",
        "https://user@acme.sharepoint.com",
        "http://acme.sharepoint.com",
        "https://169.254.169.254",
        site.url.replace("http:", "https:"),
    ):
        site.at.store = store
        with pytest.raises(UpstreamFailed):
            await desk.table("read", file=file.id)
    assert len([each for each in site.at.asked if each.is_of_the_store]) == 1


@pytest.mark.threat("T40")
async def test_one_that_is_larger_than_it_says_is_not_read_to_its_end(site: Site) -> None:
    desk = Desk(site, max_file_bytes=1000)
    file = desk.put("large.txt", b"x", size=10 * 2**30)

    def meanwhile(asked: Asked) -> None:
        file.size = 10 * 2**30 if asked.downloads else 5

    site.at.meanwhile = meanwhile
    with pytest.raises(UpstreamFailed):
        await desk.table("read", file=file.id)


async def test_a_file_that_changes_while_it_is_read_is_not_told(desk: Desk) -> None:
    file = desk.put("a.txt", "old")

    def meanwhile(asked: Asked) -> None:
        if asked.is_of_the_store:
            desk.site.write(file, b"new")

    desk.site.at.meanwhile = meanwhile
    with pytest.raises(InvalidArgument, match="changed since"):
        await desk.table("read", file=file.id)


async def test_a_file_that_was_renamed_or_moved_is_the_same_version(desk: Desk) -> None:
    file, deeper = desk.put("a.txt"), desk.site.folder("2026", within=desk.shop)
    (before,) = await desk.records("info", file=file.id)
    desk.site.move(file, deeper)
    (after,) = await desk.records("info", file=file.id)
    assert before["version"] == after["version"]
    desk.site.write(file, b"new")
    assert (await desk.records("info", file=file.id))[0]["version"] != before["version"]


@pytest.mark.threat("T08")
async def test_a_permission_that_ends_between_two_pages_ends_the_reading(site: Site) -> None:
    ada, bob = Desk(site), Desk(site, "bob", max_rows=1)
    ada.put("a.txt")
    ada.put("b.txt")
    site.share(ada.shop, "bob")
    first = await bob.table("list", folder=ada.shop.id)
    site.unshare(ada.shop, "bob")
    with pytest.raises(NotFound):
        await bob.table("list", folder=ada.shop.id, cursor=first.next)


@pytest.mark.threat("T32")
async def test_what_is_in_no_open_folder_looks_like_what_does_not_exist(desk: Desk) -> None:
    other, board = desk.site.folder("tenant-b"), desk.site.folder("Board", elsewhere=True)
    file = desk.site.put("a.txt", "x", within=other)
    secret = desk.site.put("b.txt", "x", within=board)
    shortcut = desk.put("Board", facet=REMOTE)
    notebook = desk.put("Notes", facet=NOTEBOOK)
    for id_ in (file.id, secret.id, other.id, board.id, shortcut.id, notebook.id, desk.site.root.id):
        with pytest.raises(NotFound):
            await desk.table("info", file=id_)
    for folder in (other.id, board.id, shortcut.id, file.id, desk.site.root.id, "root"):
        with pytest.raises(NotFound):
            await desk.table("list", folder=folder)
    assert await names(desk, "list", folder=desk.shop.id) == []


@pytest.mark.threat("T32")
async def test_an_item_that_says_that_it_is_of_another_library_is_none(site: Site) -> None:
    desk = Desk(site, folders=["*"])
    file = desk.put("a.txt")
    file.drive = ELSEWHERE
    site.at.meanwhile = lambda asked: setattr(file, "drive", ELSEWHERE)
    with pytest.raises(NotFound):
        await desk.table("info", file=file.id)
    assert await names(desk, "list", folder=desk.shop.id) == []


@pytest.mark.threat("T09")
async def test_a_token_that_may_do_more_or_less_is_not_used(site: Site) -> None:
    desk = Desk(site, acts=[])
    file = desk.put("a.txt")
    for scopes, rule in (
        (ACTS, "over_privileged"),
        ((*READS, "Mail.Read"), "over_privileged"),
        (("User.Read",), "insufficient_scope"),
    ):
        desk.token = site.give("ada", scopes)
        with pytest.raises(Denied) as refused:
            await desk.table("read", file=file.id)
        assert refused.value.rule == rule
    assert not any(each.downloads for each in site.at.asked)
    desk.token = site.give("ada", (*READS, "User.Read"))
    assert await desk.records("read", file=file.id)
    desk.connector, desk.token = desk.with_settings(selected=True), site.give("ada", SELECTED)
    assert await desk.records("read", file=file.id)


@pytest.mark.threat("T35")
@pytest.mark.parametrize(
    ("fault", "refusal"),
    [
        (Fault(429, b"", {"retry-after": "60"}), LimitReached),
        (Fault(403), NotFound),
        (Fault(400), NotFound),
        (Fault(500), UpstreamFailed),
        (Fault(200, b"<html>"), UpstreamFailed),
        (Fault(200, b'{"value": 7}'), UpstreamFailed),
        (Fault(200, b"{}", half=True), UpstreamFailed),
        (Fault(302, headers={"location": "http://127.0.0.1:1/"}), UpstreamFailed),
    ],
)
async def test_what_goes_wrong_there_is_told_in_our_own_words(
    site: Site, fault: Fault, refusal: type[Exception]
) -> None:
    desk = Desk(site)
    assert await names(desk, "list") == ["shop"]
    site.at.faults = [fault] * 3
    with pytest.raises(refusal) as caught:
        await desk.table("list", folder=desk.shop.id)
    assert "SENTINEL" not in str(caught.value)


@pytest.mark.parametrize(
    "odd",
    [
        {"id": "01OTHER0000000"},
        {"id": "../x"},
        {"name": None},
        {"size": -1},
        {"size": "5"},
        {"cTag": None},
        {"cTag": '"a\r\nb"'},
        {"parentReference": None},
        {"parentReference": {"driveId": LIBRARY, "id": "../x"}},
        {"parentReference": []},
        {"file": []},
        {"folder": {}},
        {"remoteItem": {}},
        {"deleted": {}},
    ],
)
async def test_an_item_that_is_not_as_graph_describes_it_is_not_told(
    site: Site, odd: Mapping[str, object]
) -> None:
    desk = Desk(site, folders=["*"])
    file = desk.put("a.txt")
    assert await desk.records("info", file=file.id)
    told = {**shown.item(site.at.world, file), **odd}
    site.at.faults = [Fault(200, json.dumps(told).encode())]
    with pytest.raises((UpstreamFailed, NotFound)):
        await desk.table("info", file=file.id)


async def test_readers_are_named_where_sharepoint_names_them(site: Site) -> None:
    desk = Desk(site)
    site.share(desk.shop, "bob", Role.WRITE)
    planned = await desk.plan("write", folder=desk.shop.id, name="a.txt", text="x")
    assert planned.effect is not None
    assert planned.effect.destinations == ("ada@acme.example", "bob@acme.example")
    site.share(desk.shop, "anonymous", kind="link")
    planned = await desk.plan("write", folder=desk.shop.id, name="a.txt", text="x")
    assert planned.effect is not None
    assert "anyone who has the link" in planned.effect.destinations
    assert "anyone who has the link" in planned.effect.readers[0]
