"""Documents are opened as text, each in a process of its own, and what is hostile is refused or cut."""

import time
from dataclasses import replace
from typing import Final

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.errors import Denied
from tests.tools.documents import made
from tools.documents.opened import BOUNDS, Bounds, Form, Opened, Part
from tools.documents.opening import Opener

pytestmark = pytest.mark.anyio

MEGABYTE: Final = 1 << 20


async def opened(content: bytes, name: str = "file", bounds: Bounds = BOUNDS) -> Opened:
    async def fetched() -> bytes:
        return content

    return await Opener(bounds).open(fetched, name)


async def why_not(content: bytes, name: str = "file", bounds: Bounds = BOUNDS) -> str:
    with pytest.raises(Denied) as caught:
        await opened(content, name, bounds)
    assert caught.value.rule == "document"
    return caught.value.message


async def read_or_refused(content: bytes) -> Opened | None:
    try:
        return await opened(content)
    except Denied as refused:
        if refused.rule != "document":
            raise
        return None


@pytest.mark.parametrize(
    "content", [b"hello \xc3\xa4\n", "hello ä\n".encode("utf-16"), "hello ä\n".encode("utf-8-sig")]
)
async def test_text_is_read_as_it_is_coded(content: bytes) -> None:
    assert await opened(content, "notes.txt") == Opened(Form.TEXT, (Part("", "hello ä\n"),))


async def test_a_table_that_windows_wrote_is_read_as_text_where_its_name_says_so() -> None:
    content = "Müller;12 €\n".encode("cp1252")
    assert await opened(content, "people.csv") == Opened(Form.TEXT, (Part("", "Müller;12 €\n"),))
    assert "no kind" in await why_not(content, "people")
    assert "no kind" in await why_not(b"\x00" + content, "people.csv")
    assert "no kind" in await why_not(b"name\x00age", "people.csv")


async def test_an_empty_file_is_an_empty_text() -> None:
    assert await opened(b"", "empty.txt") == Opened(Form.TEXT, (Part("", ""),))


async def test_a_pdf_is_read_page_by_page() -> None:
    found = await opened(made.pdf("First page", "Second page"), "report.pdf")
    assert found.form is Form.PDF
    assert [(part.name, part.text.strip()) for part in found.parts] == [
        ("page 1", "First page"),
        ("page 2", "Second page"),
    ]


async def test_a_text_document_is_read_with_its_tables_in_their_place() -> None:
    content = made.text_document("Before", table=[["a", "b"], ["c", "d"]])
    assert await opened(content, "letter.docx") == Opened(Form.DOCX, (Part("", "Before\na\tb\nc\td"),))


async def test_a_text_document_is_read_whatever_its_words_are_wrapped_in() -> None:
    content = made.text_document_of(
        "<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:t>plain</w:t><w:tab/><w:t>x</w:t><w:br/>"
        "<w:t>y</w:t></w:r></w:p>"
        '<w:p><w:ins w:id="1" w:author="a"><w:r><w:t>inserted</w:t></w:r></w:ins>'
        '<w:del w:id="2" w:author="a"><w:r><w:delText>deleted</w:delText></w:r></w:del></w:p>'
        '<w:p><w:moveFrom w:id="3" w:author="a"><w:r><w:t>moved</w:t></w:r></w:moveFrom></w:p>'
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>controlled</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        "<w:p><w:hyperlink><w:smartTag><w:r><w:t>tagged</w:t></w:r></w:smartTag></w:hyperlink></w:p>"
        "<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p>"
        "</w:txbxContent></mc:Choice><mc:Fallback><w:p><w:r><w:t>boxed</w:t></w:r></w:p></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:tbl><w:tr><w:tc><w:p><w:r>"
        "<w:t>within</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p/></w:tc></w:tr></w:tbl>"
    )
    (part,) = (await opened(content, "letter.docx")).parts
    lines = [line for line in part.text.split("\n") if line]
    assert lines == ["plain\tx", "y", "inserted", "controlled", "tagged", "boxed", "a\twithin"]


async def test_comments_notes_and_headers_of_a_text_document_are_parts_of_their_own() -> None:
    content = made.text_document("Before", header="Confidential", comment="See Lena")
    assert (await opened(content, "letter.docx")).parts == (
        Part("", "Before"),
        Part("comments", "Anna: See Lena"),
        Part("header", "Confidential"),
    )


async def test_a_document_whose_main_part_is_called_otherwise_is_opened() -> None:
    content = made.renamed(made.text_document("Before"), "word/document.xml", "word/document2.xml")
    assert (await opened(content, "letter.docx")).parts == (Part("", "Before"),)


async def test_a_spreadsheet_is_read_sheet_by_sheet() -> None:
    content = made.spreadsheet({"People": [["name", "age"], ["Lena", 41]], "Empty": []})
    assert (await opened(content, "people.xlsx")).parts == (
        Part("People", "name\tage\nLena\t41"),
        Part("Empty", ""),
    )


async def test_an_archive_is_read_member_by_member_and_nothing_within_what_is_in_it() -> None:
    content = made.archive(
        {"a/notes.txt": b"hello", "logo.png": b"\x89PNG\x00", "inner.zip": made.archive({"x": b"y"})}
    )
    found = await opened(content, "all.zip")
    assert found.parts[0] == Part("a/notes.txt", "hello")
    assert [part.name for part in found.parts] == ["a/notes.txt", "logo.png", "inner.zip"]
    assert all("no text" in part.text for part in found.parts[1:])


async def test_a_table_of_windows_is_read_in_an_archive_too() -> None:
    found = await opened(made.archive({"people.csv": "Müller;12 €".encode("cp1252")}), "all.zip")
    assert found.parts == (Part("people.csv", "Müller;12 €"),)


async def test_a_pdf_that_everybody_may_open_is_read() -> None:
    content = made.pdf("Public", password="", owner="made-up")
    assert (await opened(content, "report.pdf")).parts[0].text.strip() == "Public"
    assert (await opened(b"\n" + made.pdf("Late"), "report.pdf")).form is Form.PDF


@pytest.mark.parametrize("name", ["index.htm", "invite.ics", "App.jsx", "build.gradle", "a.properties"])
async def test_a_text_may_be_called_as_texts_are(name: str) -> None:
    assert await opened("Müller".encode("cp1252"), name) == Opened(Form.TEXT, (Part("", "Müller"),))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.txt", made.pdf("Not a note")),
        ("notes.csv", made.spreadsheet({"A": [["x"]]})),
        ("report.pdf", b"only text"),
        ("letter.docx", made.spreadsheet({"A": [["x"]]})),
        ("people.xlsx", made.archive({"x.txt": b"y"})),
    ],
)
async def test_a_file_whose_name_lies_is_not_read(name: str, content: bytes) -> None:
    assert "its name says" in await why_not(content, name)


async def test_what_is_of_no_known_kind_is_not_read() -> None:
    assert "no kind" in await why_not(b"\x89PNG\r\n\x1a\n\x00", "logo.png")


@pytest.mark.parametrize(
    "content",
    [
        made.bomb(200 * MEGABYTE),
        made.lying(made.bomb(200 * MEGABYTE), 10),
        made.bomb(200 * MEGABYTE, "xl/workbook.xml"),
        made.bomb(200 * MEGABYTE, "word/document.xml"),
    ],
    ids=["plain", "lying", "spreadsheet", "document"],
)
async def test_an_archive_that_would_be_a_thousand_times_larger_is_not_read(content: bytes) -> None:
    begun = time.monotonic()
    said = await why_not(content)
    assert "unpacked" in said or "broken" in said
    assert time.monotonic() - begun < BOUNDS.seconds


async def test_an_archive_of_too_many_members_is_not_read() -> None:
    assert "members" in await why_not(made.archive({str(number): b"" for number in range(10_001)}))


@pytest.mark.parametrize(
    "content", [made.encrypted(made.archive({"x.txt": b"secret"})), made.pdf("Secret", password="x")]
)
async def test_what_is_encrypted_is_not_read(content: bytes) -> None:
    assert "encrypted" in await why_not(content)


async def test_entities_that_explode_do_not() -> None:
    assert "broken" in await why_not(made.exploding_entities(), "a.docx")


@pytest.mark.parametrize("said", ['"bang"', 'SYSTEM "file:///etc/passwd"'])
async def test_an_entity_says_nothing(said: str) -> None:
    content = made.text_document_of(
        "<w:p><w:r><w:t>&e;</w:t></w:r></w:p>", f"<!DOCTYPE d [<!ENTITY e {said}>]>"
    )
    assert (await opened(content, "a.docx")).parts == (Part("", ""),)


async def test_a_spreadsheet_of_a_million_cells_is_cut_and_says_so() -> None:
    content = made.spreadsheet({"Wide": ([number] * 100 for number in range(10_000))})
    found = await opened(content, "wide.xlsx")
    assert found.cut == f"only the first {BOUNDS.cells} cells are read"
    assert found.parts[0].text.count("\n") == BOUNDS.cells // 100 - 1


async def test_cells_that_hold_nothing_count_for_nothing() -> None:
    rows = ([number, *[None] * 200, number] for number in range(2_000))
    assert (await opened(made.spreadsheet({"Wide": rows}), "wide.xlsx")).cut == ""


async def test_no_more_files_are_fetched_at_once_than_are_held() -> None:
    opener, fetched, most = Opener(), 0, anyio.Event()
    go_on = anyio.Event()

    async def fetch() -> bytes:
        nonlocal fetched
        fetched += 1
        if fetched == 6:
            most.set()
        await go_on.wait()
        return b"x"

    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(opener.open, fetch, "a.txt")
        with anyio.fail_after(10):
            await most.wait()
        await anyio.lowlevel.checkpoint()
        assert fetched == 6
        go_on.set()
    assert fetched == 20


async def test_a_long_text_of_no_coding_keeps_nobody_waiting() -> None:
    """What takes longest to read is what no coding has."""
    begun = time.monotonic()
    found = await opened(b"\x81" * 20_000_000, "a.txt")
    assert len(found.parts[0].text) > 1_990_000
    assert time.monotonic() - begun < 0.5


async def test_more_text_or_more_parts_than_are_read_are_cut_and_say_so() -> None:
    small = replace(BOUNDS, characters=10, parts=2)
    for content, most in (
        (b"ab cd efgh ij", "ab cd "),
        (b"x y\nx y z z z", "x y\n"),
        (b"\xfc " * 6, "ü " * 5),
    ):
        assert await opened(content, "a.txt", small) == Opened(
            Form.TEXT, (Part("", most),), "only the first 10 characters are read"
        )
    assert (await opened(b"x " * 5, "a.txt", small)).cut == ""
    pages = await opened(made.pdf("a", "b", "c"), "a.pdf", small)
    assert (len(pages.parts), pages.cut) == (2, "only the first 2 parts are read")
    long = await opened(
        made.archive({"a.txt": b"12345678", "b.txt": b"a bcdefg"}), "a.zip", replace(small, characters=11)
    )
    assert [part.text for part in long.parts] == ["12345678", "a "]


async def test_a_process_that_takes_too_much_memory_ends_and_its_file_is_not_read() -> None:
    content = made.bomb(90 * MEGABYTE, "xl/workbook.xml")
    said = await why_not(content, "a.xlsx", replace(BOUNDS, ratio=10_000, memory=100 * MEGABYTE))
    assert "takes too" in said


async def test_a_process_that_takes_too_long_ends_and_its_file_is_not_read() -> None:
    assert "takes too" in await why_not(made.pdf("a"), "a.pdf", replace(BOUNDS, seconds=0))


BREAKS: Final = st.tuples(st.integers(0), st.integers(0, 255))
DOCUMENTS: Final = (made.pdf("a"), made.text_document("a"), made.spreadsheet({"A": [["a"]]}))


@settings(max_examples=10, deadline=None)
@given(
    st.sampled_from(DOCUMENTS),
    st.lists(st.tuples(st.integers(0), st.integers(0, 255)), min_size=1, max_size=20),
)
def test_a_document_with_broken_bytes_is_read_or_refused(whole: bytes, breaks: list[tuple[int, int]]) -> None:
    content = bytearray(whole)
    for place, value in breaks:
        content[place % len(content)] = value
    anyio.run(read_or_refused, bytes(content))
