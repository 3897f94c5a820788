"""Reading in any store of files: what is open, page by page, and what a file says."""

from typing import Any

import pytest

from policies.errors import Denied, LimitReached, NeedsConnection, NotFound
from tests.tools.documents import made
from tests.tools.files.desk import FileDesk
from tests.tools.rest.faults import Fault

pytestmark = pytest.mark.anyio


async def names(desk: FileDesk[Any], verb: str, **arguments: str) -> list[object]:
    return [row[1] for row in await desk.all_rows(verb, **arguments)]


async def test_open_folders_are_listed_and_what_is_in_them(desk: FileDesk[Any]) -> None:
    deeper = desk.site.folder("2026", within=desk.shop)
    desk.put("b.txt")
    desk.put("a.txt")
    desk.put("c.txt", within=deeper)
    desk.site.put("elsewhere.txt", "x")
    assert await names(desk, "list") == ["shop"]
    told = await desk.records("list", folder=desk.shop.id)
    assert [(each["name"], each["kind"], each["size"]) for each in told] == [
        ("2026", "folder", None),
        ("a.txt", "file", 5),
        ("b.txt", "file", 5),
    ]
    assert await names(desk, "list", folder=deeper.id) == ["c.txt"]


async def test_long_lists_come_page_by_page_whole_and_each_once(desk: FileDesk[Any]) -> None:
    desk.connector = desk.with_settings(max_rows=3)
    wanted = [f"{number:02}.txt" for number in range(8)]
    for name in wanted:
        desk.put(name)
    assert await names(desk, "list", folder=desk.shop.id) == wanted
    assert sorted(map(str, await names(desk, "search", search="hello"))) == wanted


@pytest.mark.parametrize(
    ("name", "content", "parts"),
    [
        ("notes.txt", b"hello", ("text", "", "hello")),
        ("report.pdf", made.pdf("First"), ("pdf", "page 1", "First")),
        ("letter.docx", made.text_document("Dear all"), ("docx", "", "Dear all")),
    ],
)
async def test_documents_are_read_as_text(
    desk: FileDesk[Any], name: str, content: bytes, parts: tuple[str, ...]
) -> None:
    file = desk.put(name, content)
    (told,) = await desk.records("read", file=file.id)
    assert (told["form"], told["part"], str(told["text"]).strip()) == parts


@pytest.mark.threat("T40")
async def test_a_file_of_ten_gigabytes_is_never_fetched(desk: FileDesk[Any]) -> None:
    file = desk.put("large.bin", b"x", size=10 * 2**30)
    with pytest.raises(Denied, match="bytes"):
        await desk.table("read", file=file.id)
    assert not any(each.downloads for each in desk.far.asked)


@pytest.mark.threat("T08")
async def test_two_users_see_what_is_shared_with_them(desk: FileDesk[Any]) -> None:
    site, ada, bob = desk.site, desk, type(desk)(desk.site, "bob")
    file = ada.put("a.txt")
    assert await names(ada, "list", folder=ada.shop.id) == ["a.txt"]
    assert await names(bob, "list") == []
    assert await names(bob, "search", search="hello") == []
    with pytest.raises(NotFound) as foreign:
        await bob.table("read", file=file.id)
    with pytest.raises(NotFound) as unknown:
        await bob.table("read", file="1" * 30)
    assert foreign.value.message == unknown.value.message
    site.share(ada.shop, "bob")
    assert await bob.records("read", file=file.id)


@pytest.mark.threat("T08")
async def test_what_was_shared_a_moment_ago_is_refused(desk: FileDesk[Any]) -> None:
    site, ada, bob = desk.site, desk, type(desk)(desk.site, "bob")
    file = ada.put("a.txt")
    site.share(ada.shop, "bob")
    assert await bob.records("read", file=file.id)
    site.unshare(ada.shop, "bob")
    for verb, arguments in (("read", {"file": file.id}), ("list", {"folder": ada.shop.id})):
        with pytest.raises(NotFound):
            await bob.table(verb, **arguments)
    desk.far.asked.clear()
    assert await names(bob, "search", search="hello") == []
    assert not any(each.downloads for each in desk.far.asked)


@pytest.mark.threat("T09")
async def test_a_token_that_ended_needs_another_one(desk: FileDesk[Any]) -> None:
    file = desk.put("a.txt")
    assert await desk.records("read", file=file.id)
    desk.site.end(desk.token)
    for verb, arguments in (("read", {"file": file.id}), ("list", {"folder": desk.shop.id})):
        with pytest.raises(NeedsConnection):
            await desk.table(verb, **arguments)


@pytest.mark.threat("T40")
@pytest.mark.parametrize("told", ["9" * 400, "99999999999"])
async def test_a_store_that_wants_to_be_left_alone_for_ever_is_asked_again_in_a_day(
    desk: FileDesk[Any], told: str
) -> None:
    desk.far.faults = [Fault(429, b"", {"retry-after": told})]
    with pytest.raises(LimitReached) as limited:
        await desk.table("list")
    assert limited.value.retry_after == 86_400
