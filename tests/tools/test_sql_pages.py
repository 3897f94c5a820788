import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.call import Column, Kind
from policies.errors import InvalidArgument
from tools.sql import cursors
from tools.sql.pages import CUT, Limits, Page, integer, shorten

CELLS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=200))


@given(st.text(), st.integers(16, 100))
def test_a_shortened_text_fits_and_begins_as_the_text_does(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short.encode()) <= limit
    assert short == text or (short.endswith(CUT) and text.startswith(short.removesuffix(CUT)))
    assert (short == text) == (len(text.encode()) <= limit)


@pytest.mark.threat("T40")
@given(st.lists(st.tuples(CELLS, CELLS), max_size=60), st.integers(1, 20), st.integers(100, 2000))
def test_pages_give_every_row_once_in_order_and_keep_their_limits(
    rows: list[tuple[Any, Any]], most: int, size: int
) -> None:
    limits = Limits(most, size, 40)
    got: list[tuple[Any, ...]] = []
    while True:
        page = Page(limits)
        page.extend(rows[len(got) :])
        table = page.table([Column("a", Kind.TEXT), Column("b", Kind.TEXT)], str)
        assert len(table.rows) <= most
        assert sum(len(str(cell).encode()) for row in table.rows for cell in row) <= max(size, 2 * 340)
        got += table.rows
        assert table.truncated == (len(got) < len(rows))
        assert table.next == (str(len(table.rows)) if table.truncated else None)
        if not table.truncated:
            break
    assert [tuple(shorten(c, 40) if isinstance(c, str) else c for c in row) for row in rows] == got


@pytest.mark.threat("T40")
def test_a_page_ends_before_the_row_that_would_be_too_much() -> None:
    page = Page(Limits(rows=100, bytes=100, cell_bytes=40))
    page.extend([("x" * 40,)] * 5)
    table = page.table([Column("a", Kind.TEXT)], str)
    assert (len(table.rows), table.truncated, table.next) == (2, True, "2")


@given(st.integers())
def test_an_integer_survives_a_reader_that_knows_only_doubles(number: int) -> None:
    told = integer(number)
    assert int(told if isinstance(told, str) else float(told)) == number  # type: ignore[arg-type]


@given(st.text(), st.integers(0, 2**53 - 1))
def test_a_cursor_leads_back_to_its_query_and_to_no_other(sql: str, offset: int) -> None:
    cursor = cursors.encode(cursors.digest(sql), offset)
    assert len(cursor) <= cursors.MAX_LENGTH
    assert cursors.decode(cursors.digest(sql), cursor) == offset
    with pytest.raises(InvalidArgument, match=r"^cursor: "):
        cursors.decode(cursors.digest(sql + " "), cursor)


@given(st.text(), st.integers(0, 2**40), st.text(max_size=400))
def test_a_cursor_keeps_the_mark_of_the_system_that_it_counts_from(sql: str, offset: int, mark: str) -> None:
    cursor = cursors.encode(cursors.digest(sql), offset, mark)
    assert cursors.decode_marked(cursors.digest(sql), cursor) == (offset, mark)
    with pytest.raises(InvalidArgument, match=r"^cursor: "):
        cursors.decode_marked(cursors.digest(sql + " "), cursor)


@given(st.one_of(st.text(max_size=300), st.binary(max_size=200).map(lambda raw: raw.decode("latin-1"))))
def test_garbage_is_no_cursor(garbage: str) -> None:
    with pytest.raises(InvalidArgument, match=r"^cursor: "):
        cursors.decode(cursors.digest("SELECT 1"), garbage)


@pytest.mark.parametrize("offset", [-1, 1.5, True, None, "0", 2**53, 10**400])
def test_a_cursor_with_a_strange_offset_is_refused(offset: object) -> None:
    import base64

    text = json.dumps({"offset": offset, "query": cursors.digest("SELECT 1")})
    with pytest.raises(InvalidArgument, match=r"^cursor: "):
        cursors.decode(
            cursors.digest("SELECT 1"), base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
        )
