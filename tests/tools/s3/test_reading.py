"""Reading in a bucket: what is open, page by page, and what a file says."""

import base64
import json

import httpx2
import pytest

from policies.errors import Denied, InvalidArgument, LimitReached, NeedsConnection, NotFound, UpstreamFailed
from tests.seaweedfs import Seaweed
from tests.tools.documents import made
from tests.tools.rest.faults import Fault
from tests.tools.s3.desk import Desk
from tests.tools.s3.gate import Gate

pytestmark = pytest.mark.anyio

BUSY = b"<Error><Code>SlowDown</Code><Message>SENTINEL-VENDOR</Message></Error>"


async def names(desk: Desk, verb: str, **arguments: str) -> list[object]:
    return [row[0] for row in await desk.all_rows(verb, **arguments)]


async def test_the_folders_of_the_configuration_are_listed_and_what_is_in_them(desk: Desk) -> None:
    for path in ("shop/a.txt", "shop/2026/b.txt", "tenant-a-evil/c.txt", "other/d.txt"):
        desk.put(path, "x")
    desk.put("shop/empty/", "")
    assert await names(desk, "list") == ["shop", "tenant-a"]
    assert await desk.records("list", folder="shop") == [
        {"file": "shop/2026", "name": "2026", "kind": "folder", "size": None, "modified_at": None},
        {"file": "shop/empty", "name": "empty", "kind": "folder", "size": None, "modified_at": None},
        {
            "file": "shop/a.txt",
            "name": "a.txt",
            "kind": "file",
            "size": 1,
            "modified_at": desk.moment("shop/a.txt"),
        },
    ]
    assert await names(desk, "list", folder="shop/2026") == ["shop/2026/b.txt"]


async def test_long_lists_come_page_by_page_whole_and_each_once(gate: Gate, seaweed: Seaweed) -> None:
    desk = Desk(gate, seaweed, max_rows=3)
    paths = [f"shop/{number:02}.txt" for number in range(8)]
    for path in paths:
        desk.put(path, "x")
    assert await names(desk, "list", folder="shop") == paths
    assert await names(desk, "search", search=".TXT", folder="shop") == paths


async def test_a_search_finds_names_in_open_folders_alone(desk: Desk) -> None:
    for path in (
        "shop/Invoice 7.pdf",
        "tenant-a/2026/invoice.txt",
        "tenant-a-evil/invoice.txt",
        "shop/invoice/x",
    ):
        desk.put(path, "x")
    assert await names(desk, "search", search="invoice", folder="shop") == ["shop/Invoice 7.pdf"]
    whole = Desk(desk.gate, desk.behind, desk.bucket, ["*"])
    found = await names(whole, "search", search="invoice")
    assert len(found) == 3
    assert "shop/invoice/x" not in found


async def test_a_search_goes_through_all_open_folders_each_once(gate: Gate, seaweed: Seaweed) -> None:
    folders = ["b", "a", "a/below", "c/d", "empty"]
    desk = Desk(gate, seaweed, folders=folders, max_rows=2)
    paths = [f"{folder}/{number}.txt" for folder in ("a", "a/below", "b", "c/d") for number in range(3)]
    for path in (*paths, "c/other.txt", "a-evil/1.txt"):
        desk.put(path, "x")
    assert await names(desk, "search", search=".txt") == paths
    assert await names(desk, "search", search="nothing of that name") == []
    told = await desk.table("search", search=".txt")
    assert told.next is not None
    for mark in ("7 x", "-1 x", "x", "٣ x"):
        cursor = json.loads(base64.urlsafe_b64decode(told.next + "==="))
        forged = base64.urlsafe_b64encode(json.dumps({**cursor, "mark": mark}).encode()).decode()
        with pytest.raises(InvalidArgument, match="cursor"):
            await desk.table("search", search=".txt", cursor=forged.rstrip("="))


async def test_names_that_have_no_place_in_xml_hide_no_others(desk: Desk) -> None:
    """Those that could be read in two ways are left out."""
    for path in ("shop/a+b c%.txt", "shop/ä&<b>.txt", "shop/\x01.txt", "shop/x%2fy.txt"):
        desk.put(path, "x")
    open_ = {"shop/a+b c%.txt", "shop/ä&<b>.txt"}
    assert {*await names(desk, "list", folder="shop")} == open_
    assert {*await names(desk, "search", search=".txt")} == open_


async def test_a_file_says_of_itself_what_it_is(desk: Desk) -> None:
    version = desk.put("shop/a.txt", "hello")
    (told,) = await desk.records("info", file="shop/a.txt")
    assert (told["name"], told["size"], told["version"], told["kind"]) == ("a.txt", 5, version, "file")


@pytest.mark.threat("T27")
@pytest.mark.parametrize("versions", [True, False])
async def test_a_sum_of_what_a_file_holds_is_not_told(
    gate: Gate, seaweed: Seaweed, *, versions: bool
) -> None:
    """An ETag is one: whoever guesses what was masked could check it there."""
    desk = Desk(gate, seaweed, seaweed.bucket(versions=versions), max_bytes=20_000)
    desk.put("shop/a.txt", "line\n" * 10_000)
    etag = desk.etag("shop/a.txt")
    read = await desk.table("read", file="shop/a.txt")
    assert read.next is not None
    said = [
        str(read.rows),
        base64.urlsafe_b64decode(read.next + "===").decode(),
        str(await desk.records("info", file="shop/a.txt")),
        str(await desk.records("list", folder="shop")),
        str((await desk.act("write", folder="shop", name="b.txt", text="x"))[0].rows),
        desk.etag("shop/b.txt"),
    ]
    assert not any(etag in each for each in said)
    assert said[-1] not in said[-2]


@pytest.mark.parametrize(
    ("name", "content", "parts"),
    [
        ("notes.txt", b"hello", ("text", "", "hello")),
        ("report.pdf", made.pdf("First"), ("pdf", "page 1", "First")),
        ("letter.docx", made.text_document("Dear all"), ("docx", "", "Dear all")),
        ("people.xlsx", made.spreadsheet({"A": [["x", 1]]}), ("xlsx", "A", "x\t1")),
        ("all.zip", made.archive({"a.txt": b"inside"}), ("zip", "a.txt", "inside")),
    ],
)
async def test_documents_are_read_as_text(
    desk: Desk, name: str, content: bytes, parts: tuple[str, ...]
) -> None:
    version = desk.put(f"shop/{name}", content)
    (told,) = await desk.records("read", file=f"shop/{name}")
    assert told["version"] == version
    assert (told["form"], told["part"], str(told["text"]).strip()) == parts


async def test_a_long_text_comes_page_by_page_in_whole_lines(gate: Gate, seaweed: Seaweed) -> None:
    desk = Desk(gate, seaweed, max_bytes=20_000)
    text = "".join(f"line {number}\n" for number in range(8_000))
    desk.put("shop/long.txt", text)
    texts = [str(row[4]) for row in await desk.all_rows("read", file="shop/long.txt")]
    assert "".join(texts) == text
    assert len(texts) > 3
    assert all(each.endswith("\n") or each == texts[-1] for each in texts)


async def test_a_page_of_another_version_is_not_read(gate: Gate, seaweed: Seaweed) -> None:
    desk = Desk(gate, seaweed, max_bytes=20_000)
    desk.put("shop/long.txt", "line\n" * 20_000)
    first = await desk.table("read", file="shop/long.txt")
    assert first.next is not None
    desk.put("shop/long.txt", "other\n" * 20_000)
    with pytest.raises(InvalidArgument, match="changed since"):
        await desk.table("read", file="shop/long.txt", cursor=first.next)


async def test_a_file_that_is_too_large_is_never_fetched(gate: Gate, seaweed: Seaweed) -> None:
    desk = Desk(gate, seaweed, max_file_bytes=1_000)
    desk.put("shop/large.txt", "x" * 1_001)
    with pytest.raises(Denied, match="1000 bytes") as refused:
        await desk.table("read", file="shop/large.txt")
    assert refused.value.rule == "document"
    assert [each.method for each in gate.asked if "large" in each.target] == ["HEAD"]


async def test_two_users_see_what_their_own_keys_may(desk: Desk) -> None:
    desk.put("shop/a.txt", "x")
    desk.put("tenant-a/b.txt", "x")
    assert await names(desk, "list", folder="tenant-a") == ["tenant-a/b.txt"]
    desk.key = desk.behind.give(desk.bucket, ["shop"])
    assert await names(desk, "list", folder="shop") == ["shop/a.txt"]
    for verb, arguments in (("list", {"folder": "tenant-a"}), ("info", {"file": "tenant-a/b.txt"})):
        with pytest.raises(NotFound):
            await desk.table(verb, **arguments)


@pytest.mark.threat("T08")
async def test_what_was_open_a_moment_ago_is_refused(desk: Desk) -> None:
    desk.put("shop/a.txt", "hello")
    assert await desk.records("read", file="shop/a.txt")
    desk.behind.allow(desk.key.user, desk.bucket, ["tenant-a"])
    with pytest.raises(NotFound) as foreign:
        await desk.table("read", file="shop/a.txt")
    with pytest.raises(NotFound) as unknown:
        await desk.table("read", file="shop/none.txt")
    assert foreign.value.message == unknown.value.message


@pytest.mark.threat("T09")
async def test_a_key_that_ended_needs_another_one(desk: Desk) -> None:
    desk.put("shop/a.txt", "hello")
    assert await desk.records("read", file="shop/a.txt")
    desk.behind.end(desk.key)
    for verb, arguments in (("read", {"file": "shop/a.txt"}), ("list", {"folder": "shop"})):
        with pytest.raises(NeedsConnection):
            await desk.table(verb, **arguments)


@pytest.mark.threat("T09")
async def test_a_key_that_may_list_more_than_the_source_is_refused(desk: Desk) -> None:
    desk.key = desk.behind.give(desk.bucket, ["*"])
    with pytest.raises(Denied, match="list the whole bucket") as refused:
        await desk.table("list")
    assert refused.value.rule == "over_privileged"
    desk.key = desk.behind.root
    desk.behind.bucket()
    with pytest.raises(Denied, match="list other buckets"):
        await desk.table("list")
    desk.connector = desk.with_settings(overprivileged="a test")
    assert await names(desk, "list") == ["shop", "tenant-a"]


CLOCKS = b"<Error><Code>RequestTimeTooSkewed</Code></Error>"


@pytest.mark.threat("T09")
@pytest.mark.parametrize("fault", [Fault(403, CLOCKS), Fault(403, b""), Fault(404, b"")])
async def test_only_a_plain_no_says_that_a_key_may_do_no_more(desk: Desk, fault: Fault) -> None:
    """What is not known is not remembered."""
    desk.key = desk.behind.give(desk.bucket, ["*"])
    desk.gate.faults = [fault] * 2
    with pytest.raises(UpstreamFailed):
        await desk.table("list")
    desk.gate.faults = []
    with pytest.raises(Denied, match="list the whole bucket"):
        await desk.table("list")


async def test_a_bucket_that_there_is_not_is_told_to_an_administrator(desk: Desk) -> None:
    desk.bucket, desk.key = "no-such-bucket", desk.behind.root
    desk.connector = desk.with_settings(overprivileged="a test")
    with pytest.raises(UpstreamFailed, match="administrator"):
        await desk.table("list", folder="shop")


@pytest.mark.threat("T35")
@pytest.mark.parametrize(
    ("fault", "refusal"),
    [
        (Fault(503, BUSY, {"retry-after": "60"}), LimitReached),
        (Fault(500), UpstreamFailed),
        (Fault(200, b"<half"), UpstreamFailed),
        (Fault(200, b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), UpstreamFailed),
        (Fault(200, b"<x/>", half=True), UpstreamFailed),
        (Fault(307, headers={"location": "http://127.0.0.1:1/"}), UpstreamFailed),
    ],
)
async def test_what_goes_wrong_there_is_told_in_our_own_words(
    desk: Desk, fault: Fault, refusal: type[Exception]
) -> None:
    assert await names(desk, "list") == ["shop", "tenant-a"]
    desk.gate.faults = [fault] * 3
    with pytest.raises(refusal) as caught:
        await desk.table("list", folder="shop")
    assert "SENTINEL" not in str(caught.value)


@pytest.mark.threat("T31")
async def test_a_cursor_of_another_list_is_no_cursor(gate: Gate, seaweed: Seaweed) -> None:
    desk = Desk(gate, seaweed, max_rows=1)
    for path in ("shop/a.txt", "shop/b.txt", "tenant-a/c.txt"):
        desk.put(path, "x")
    told = await desk.table("list", folder="shop")
    assert told.next is not None
    for cursor in (told.next, told.next[:-3], "e30", "W10", "ä"):
        with pytest.raises(InvalidArgument, match="cursor"):
            await desk.table("list", folder="tenant-a", cursor=cursor)


async def test_the_secret_of_a_key_goes_into_no_request(desk: Desk) -> None:
    desk.put("shop/a.txt", "x")
    sent: list[httpx2.Request] = []
    plain = httpx2.AsyncClient.send

    async def send(self: httpx2.AsyncClient, request: httpx2.Request, **more: object) -> httpx2.Response:
        sent.append(request)
        return await plain(self, request, **more)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx2.AsyncClient, "send", send)
        assert await desk.records("read", file="shop/a.txt")
    assert sent
    assert not any(desk.key.secret in f"{each.url} {each.headers}" for each in sent)
