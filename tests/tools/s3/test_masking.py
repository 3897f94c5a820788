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


async def test_a_key_over_many_lines_is_masked_where_a_page_ends_within_it(
    desk: Desk, redactor: Redactor
) -> None:
    body = "\n".join(secrets.token_urlsafe(48) for _ in range(12))
    key = f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"
    desk.connector = desk.with_settings(max_bytes=2_000)
    desk.put("shop/key.txt", "line\n" * 40 + key + "line\n" * 40)
    shown, cursor = "", dict[str, str]()
    while True:
        raw = await desk.raw("read", file="shop/key.txt", **cursor)
        shown += redactor.redact(raw).text
        if raw.table.next is None:
            break
        cursor = {"cursor": raw.table.next}
    assert not any(line in shown for line in body.split("\n"))


async def test_names_of_files_are_masked_and_lead_back(desk: Desk, redactor: Redactor) -> None:
    desk.put("shop/anna.keller@acme.example.txt", "x")
    redacted = redactor.redact(await desk.raw("list", folder="shop"))
    assert "anna.keller" not in redacted.text
