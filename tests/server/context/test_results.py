"""A result that is too large for one answer: its first rows are told, and the whole is kept for a while."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mcp_types as types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp.shared.exceptions import MCPError

from policies.call import Column, Kind, Table
from policies.document import LocalIdentity
from policies.redaction.portion import page, portion
from policies.redaction.rendering import cell_texts, columns_of, lines_of
from policies.results import Address, Room, address, from_json, to_json
from server.assembly import Service
from server.context.results import forget_of
from server.identity import Identity
from server.transaction import Transaction
from tests.server.context.desk import Era, Model, code, opened, rows_of, said
from tests.server.places import Place
from tests.tools.sqlite_file import execute

if TYPE_CHECKING:
    from policies.canonical import Json

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T28")]

SQL = "SELECT id, name, email, note FROM customers ORDER BY id"
MANY = 120
FORMULA = "=1+1"


@pytest.fixture
async def service(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    async with opened(place, tmp_path, monkeypatch) as service:
        for number in range(3, MANY + 1):
            note = FORMULA if number == MANY else f"paid {number}"
            row = f"({number}, 'Lena Hoffmann', 'customer{number}@example.com', '{note}')"
            execute(tmp_path / "shop.db", f"INSERT INTO customers VALUES {row}")
        yield service


def structured(result: types.CallToolResult) -> dict[str, Any]:
    found: dict[str, Any] = result.structured_content or {}
    return found


async def begun(model: Model) -> tuple[types.CallToolResult, str]:
    """An answer to a large result, and what it is kept under."""
    result = await model.call("shop_query", sql=SQL)
    assert not result.is_error, said(result)
    kept = address(structured(result)["whole"])
    assert kept is not None
    return result, kept.handle


async def read(model: Model, uri: str) -> str:
    async with model.talking() as client:
        found = await client.read_resource(uri)
    assert (found.ttl_ms, found.cache_scope) == (0, "private") if model.era == "auto" else True
    (contents,) = found.contents
    assert isinstance(contents, types.TextResourceContents)
    return contents.text


async def stored(service: Service) -> int:
    def counting() -> Transaction[int]:
        rows = yield "SELECT count(*) FROM context_results", ()
        return int(rows[0][0])

    return await service.store.read(counting)


@pytest.mark.parametrize("era", ["auto", "legacy"])
async def test_a_large_result_is_read_on_page_by_page_and_each_row_comes_once(
    service: Service, era: Era
) -> None:
    model = Model(service, era)
    first, handle = await begun(model)
    told = rows_of(first)
    assert 0 < len(told) < MANY
    assert structured(first)["truncated"]
    assert f"the first of {MANY}" in said(first)
    (link,) = [part for part in first.content if isinstance(part, types.ResourceLink)]
    assert link.uri == structured(first)["whole"]
    rows, cursor = list(told), str(len(told))
    while cursor:
        result = await model.call("remit_result", id=handle, cursor=cursor)
        assert not result.is_error, said(result)
        assert all(len(said(one)) < 2_000 + 1_000 for one in (first, result))
        rows += rows_of(result)
        cursor = structured(result)["next"]
    assert [row[0] for row in rows] == [*range(1, MANY + 1)]
    ((_, lena, *_),) = rows_of(await model.call("shop_query", sql=f"{SQL} LIMIT 1 OFFSET 1"))
    assert {row[1] for row in rows[1:]} == {lena}
    assert "@example.com" not in str(rows)


async def test_what_is_kept_is_a_resource_as_text_and_as_a_table_without_formulas(service: Service) -> None:
    model = Model(service)
    first, handle = await begun(model)
    text = await read(model, str(Address(handle)))
    assert "<<data " in text
    assert text.splitlines()[3] in said(first)
    table = list(csv.reader(io.StringIO(await read(model, str(Address(handle, as_csv=True))))))
    assert table[0] == ["id", "name", "email", "note"]
    assert [row[0] for row in table[1:]] == [str(number) for number in range(1, MANY + 1)]
    assert table[-1][-1] == f"'{FORMULA}"


async def test_nobody_else_reads_it_and_nobody_once_it_is_over(service: Service) -> None:
    model = Model(service)
    bob = LocalIdentity(user="bob", tenant="acme", roles=("analyst",))
    pipeline = replace(service.pipeline, identity=Identity(bob))
    other = Model(replace(service, pipeline=pipeline))
    _, handle = await begun(model)
    unknown = await other.call("remit_result", id="0" * 32)
    foreign = await other.call("remit_result", id=handle)
    assert code(foreign) == "not_found"
    assert said(foreign) == said(unknown)
    async with other.talking() as client:
        with pytest.raises(MCPError, match="not_found"):
            await client.read_resource(str(Address(handle)))
    for _ in range(20):
        assert not (await model.call("remit_result", id=handle)).is_error
    assert said(await model.call("remit_result", id=handle)) == said(unknown)
    await service.pipeline.redaction.results.sweep()
    assert await stored(service) == 0


async def test_it_goes_with_its_context_its_connection_and_its_source(service: Service) -> None:
    model = Model(service)
    _, forgotten = await begun(model)
    await model.call("remit_forget")
    assert await stored(service) == 0
    _, ended = await begun(model)
    await service.store.run(lambda: forget_of("acme", "ada", "shop"))
    for handle in (forgotten, ended):
        assert code(await model.call("remit_result", id=handle)) == "not_found"
    _, closed = await begun(model)
    nobody = LocalIdentity(user="ada", tenant="acme", roles=())
    pipeline = replace(service.pipeline, identity=Identity(nobody))
    assert (await Model(replace(service, pipeline=pipeline)).call("remit_result", id=closed)).is_error


async def test_it_does_not_outlast_a_context_that_another_took_the_place_of(service: Service) -> None:
    await begun(Model(service))

    def begin_another() -> Transaction[None]:
        yield "UPDATE contexts SET id = 'another'", ()

    await service.store.run(begin_another)
    await service.pipeline.redaction.results.sweep()
    assert await stored(service) == 0


async def test_of_many_the_oldest_goes(service: Service) -> None:
    model = Model(service)
    handles = [(await begun(model))[1] for _ in range(service.pipeline.redaction.results.settings.most + 1)]
    assert code(await model.call("remit_result", id=handles[0])) == "not_found"
    assert not (await model.call("remit_result", id=handles[1])).is_error


CELLS = st.one_of(st.none(), st.integers(), st.text(max_size=20))


@st.composite
def tables(draw: st.DrawFn) -> Table:
    rows: list[tuple[Json, ...]] = [(draw(CELLS), draw(CELLS)) for _ in range(draw(st.integers(0, 30)))]
    return Table((Column("a\nb", Kind.TEXT), Column("c", Kind.JSON)), tuple(rows))


@settings(deadline=None)  # the machine is shared, and no time is measured here
@given(tables(), st.integers(1, 200))
def test_the_portions_of_a_result_are_the_result(table: Table, characters: int) -> None:
    lines = lines_of(columns_of(table, cell_texts))
    shown, told, kept = portion(table, lines, Room(characters, "h"))
    assert told == lines_of(columns_of(shown, cell_texts))
    assert len(told) <= characters or len(shown.rows) <= 1
    if kept is None:
        assert (shown, told) == (table, lines)
        return
    assert kept.table == table
    rows, cursor = list(shown.rows), str(len(shown.rows))
    while cursor:
        next_page = page(table, lines, int(cursor), characters)
        rows += next_page.rows
        cursor = next_page.next or ""
    assert tuple(rows) == table.rows


@given(tables())
def test_what_is_kept_is_read_as_it_was(table: Table) -> None:
    assert from_json(to_json(table)) == table


@pytest.mark.parametrize(
    "uri",
    [
        "remit://results/",
        f"remit://results/{'g' * 32}",
        f"remit://results/{'0' * 32}/0",
        "remit://results/../x",
    ],
)
def test_what_is_no_address_is_none(uri: str) -> None:
    assert address(uri) is None
    for made in (Address("0" * 32), Address("0" * 32, "7"), Address("0" * 32, as_csv=True)):
        assert address(str(made)) == made
