"""CSV that no spreadsheet runs anything of."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.call import Column, Kind, Table
from policies.canonical import Json
from policies.spreadsheet import inert, is_number, to_csv

HOSTILE = Path(__file__).parents[1] / "data/hostile_args.jsonl"
FORMULAS = [
    row["text"]
    for row in map(json.loads, HOSTILE.read_text(encoding="utf-8").strip().split("\n"))
    if row["kind"] == "csv_formula"
] + [
    "=1+1", "+1+cmd|'/C calc'!A0", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\ufeff=1",
    "\u200b=1", '"=1+1"', "'=1", "\uff1d1+1", "\uff0b1", "\uff20SUM(A1)", "\ufe66HYPERLINK", "ok\n=1",
    "ok\r\n+A1", "-5+A1", "+49 30 123456", "-", "=", "--1", "a\u2028=1", "\x00=1", "\u202e=1",
]  # fmt: skip
NUMBERS = [
    "-5",
    "+3.2",
    "0",
    "-1,250.00",
    "-1.250,00",
    "+1e-7",
    "-.5",
    "12%",
    "-12.5%",
    "1 000",
    "-99999999999999999999",
]
WORDS = ["a=b", "ada@example.com", "x - y", "", "2026-05-04", "1-2", "na\u00efve", "(-5)", "<PERSON>", "#1"]

pieces = st.sampled_from(
    [
        *"=+-@\t\r\n ,;\"'|!",
        "\r\n",
        "\ufeff",
        "\u200b",
        "\u00a0",
        "\uff1d",
        "1",
        "A1",
        "cmd",
        "\u2028",
        "e5",
        ".",
        "%",
    ]
)
texts = st.lists(pieces, max_size=8).map("".join) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=20
)
cells = (
    texts
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.lists(texts, max_size=2)
)


def table_of(*rows: list[Json]) -> Table:
    columns = tuple(Column(f"c{number}", Kind.TEXT) for number in range(len(rows[0])))
    return Table(columns, tuple(tuple(row) for row in rows))


def read_back(written: str) -> list[list[str]]:
    return [*csv.reader(io.StringIO(written, newline=""), strict=True)]


def runs(cell: str) -> bool:
    """Whether some spreadsheet would take it for a formula: on any of its lines, however that is hidden."""
    if is_number(cell):
        return False
    lines = "".join(
        "\n" if character in "\r\u2028\u2029\x85\v\f\x1c\x1d\x1e" else character for character in cell
    )
    for line in [cell, *lines.split("\n")]:
        seen = "".join(character for character in line if not character.isspace() and character.isprintable())
        if seen.lstrip('"').startswith(("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")):
            return True
    return cell.startswith(("\t", "\r"))


@pytest.mark.threat("T33")
@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_text_behind_an_apostrophe(text: str) -> None:
    cell = read_back(to_csv(table_of([text])))[1][0]
    assert not runs(cell)
    assert cell.replace("'", "") == text.replace("'", "")


@pytest.mark.threat("T33")
@pytest.mark.parametrize("text", [*NUMBERS, *WORDS])
def test_numbers_and_words_are_not_touched(text: str) -> None:
    assert inert(text) == text


def test_a_number_is_written_as_one() -> None:
    rows = read_back(to_csv(table_of([-5, 3.2, None, True, "x"])))
    assert rows == [["c0", "c1", "c2", "c3", "c4"], ["-5", "3.2", "", "true", "x"]]


def test_lines_end_as_the_standard_says_and_what_would_end_a_cell_is_quoted() -> None:
    assert to_csv(table_of(["a,b", 'say "x"', "one\ntwo"])) == (
        'c0,c1,c2\r\n"a,b","say ""x""","one\ntwo"\r\n'
    )


@pytest.mark.threat("T33")
@given(st.lists(st.lists(cells, min_size=2, max_size=2), max_size=4), texts)
def test_nothing_that_is_read_back_would_run(rows: list[list[Json]], name: str) -> None:
    table = Table((Column(name, Kind.TEXT), Column("b", Kind.TEXT)), tuple(tuple(row) for row in rows))
    back = read_back(to_csv(table))
    assert len(back) == len(rows) + 1
    for cell in (cell for row in back for cell in row):
        assert not runs(cell)
    for row, read in zip(rows, back[1:], strict=True):
        for value, cell in zip(row, read, strict=True):
            if isinstance(value, str):
                assert cell.replace("'", "") == value.replace("'", "")
