"""What stands in files is masked like what stands in tables: people, and secrets of whatever kind."""

import secrets

import pytest

from policies.redaction.redactor import Redactor
from tests.tools.documents import made
from tests.tools.s3.desk import Desk

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T27")]


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor()


async def test_secrets_and_people_are_masked_in_each_kind_of_document(desk: Desk, redactor: Redactor) -> None:
    token = f"ghp_{secrets.token_hex(18)}"
    said = f"Lena Hoffmann deploys with GITHUB_TOKEN={token}"
    for name, content in (
        ("notes.txt", said.encode()),
        ("notes.pdf", made.pdf(said)),
        ("notes.docx", made.text_document(said)),
        ("notes.xlsx", made.spreadsheet({"A": [[said]]})),
        ("notes.zip", made.archive({"notes.txt": said.encode()})),
    ):
        desk.put(f"shop/{name}", content)
        redacted = redactor.redact(await desk.raw("read", file=f"shop/{name}"))
        assert token not in redacted.text, name
        assert "Hoffmann" not in redacted.text, name
        assert "[secret: " in redacted.text, name


async def shown(desk: Desk, redactor: Redactor, file: str) -> str:
    """All of its pages, one after the other."""
    pages, cursor = "", dict[str, str]()
    while True:
        raw = await desk.raw("read", file=file, **cursor)
        pages += redactor.redact(raw).text
        if raw.table.next is None:
            return pages
        cursor = {"cursor": raw.table.next}


@pytest.mark.parametrize("before", [0, 3_000, 3_700, 3_850, 3_890, 3_899, 3_900, 3_901])
async def test_a_key_over_many_lines_is_masked_wherever_a_page_would_end(
    desk: Desk, redactor: Redactor, before: int
) -> None:
    body = "\n".join(secrets.token_urlsafe(48) for _ in range(12))
    key = f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"
    desk.connector = desk.with_settings(max_bytes=20_000)
    desk.put("shop/key.txt", "line\n" * before + key + "line\n" * 4_000)
    pages = await shown(desk, redactor, "shop/key.txt")
    assert pages.count("line") == before + 4_000
    assert not any(line in pages for line in body.split("\n"))


@pytest.mark.parametrize("before", range(19_420, 19_520, 10))
async def test_a_token_is_masked_where_a_line_is_longer_than_a_page(
    desk: Desk, redactor: Redactor, before: int
) -> None:
    token = f"ghp_{secrets.token_hex(18)}"
    desk.connector = desk.with_settings(max_bytes=20_000)
    desk.put("shop/one.json", f'["{"x," * (before // 2)}","{token}","{"y," * 20_000}"]')
    pages = await shown(desk, redactor, "shop/one.json")
    assert "longer than a page" in pages
    assert not any(token[at : at + 12] in pages for at in range(len(token) - 12))


async def test_names_of_files_are_masked_and_lead_back(desk: Desk, redactor: Redactor) -> None:
    desk.put("shop/anna.keller@acme.example.txt", "x")
    redacted = redactor.redact(await desk.raw("list", folder="shop"))
    assert "anna.keller" not in redacted.text
