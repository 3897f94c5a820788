"""Findings that no cell holds alone: a key with a line in each row, a card in four columns (threat T27)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from policies.call import Kind, Table
from policies.redaction.detector import view
from policies.redaction.folding import fold
from policies.redaction.identifiers import find_proven
from policies.redaction.rendering import cell_text, json_text
from policies.redaction.secrets import find_secrets
from policies.redaction.secrets.keys import find_keys
from policies.redaction.spans import Finding, Weight
from policies.redaction.tree import Place

if TYPE_CHECKING:
    from policies.canonical import Json


@dataclass(frozen=True, slots=True)
class Seam:
    """Cells that together hold something of the kind `label`."""

    label: str
    places: tuple[Place, ...]


@dataclass(slots=True)
class _Joined:
    """A text put together from cells, and where each of them stands in it."""

    text: str
    cells: list[tuple[int, int, Place]]


def find_seams(table: Table) -> list[Seam]:
    """What shows in either half of the answer, or down a column, and in no cell of it by itself."""
    heading: list[Json] = [column.name for column in table.columns]
    rows = [(-1, heading), *((number, list(row)) for number, row in enumerate(table.rows))]
    seams: list[Seam] = []
    for joined in (
        _join([[(cell_text(v), (r, c)) for c, v in enumerate(row)] for r, row in rows], " | "),
        _join([[(json_text(v), (r, c)) for c, v in enumerate(row)] for r, row in rows], ", "),
    ):
        seams += _across(joined, find_secrets)
    texts = [
        [(v, (r, c)) for c, v in enumerate(row) if isinstance(v, str) and table.columns[c].kind is Kind.TEXT]
        for r, row in rows[1:]
    ]
    seams += _across(_join(texts, " "), _proven)
    return seams


def find_split_keys(table: Table) -> list[Seam]:
    """Private keys over several cells, down a column or along a row.

    For the table as it came: once a cell is masked by itself, the BEGIN of its key is gone.
    """
    if not any(
        isinstance(value, str) and ("PRIVATE KEY" in value or "PuTTY-User-Key" in value)
        for row in table.rows
        for value in row
    ):
        return []
    texts = [
        [(value, (r, c)) for c, value in enumerate(row) if isinstance(value, str)]
        for r, row in enumerate(table.rows)
    ]
    columns = [
        [(value, (r, c))]
        for c in range(len(table.columns))
        for row in texts
        for value, (r, at) in row
        if at == c
    ]
    return [*_across(_join(columns, ""), _keys), *_across(_join(texts, "\n"), _keys)]


def labelled(seams: Iterable[Seam]) -> dict[Place, str]:
    """Each cell that has a part in a seam, and what the first of its seams is called."""
    labels: dict[Place, str] = {}
    for seam in seams:
        for place in seam.places:
            labels.setdefault(place, seam.label)
    return labels


def _keys(text: str) -> list[Finding]:
    return list(find_keys(text))


def _proven(text: str) -> list[Finding]:
    return [found for found in find_proven(text) if found.weight is Weight.PROOF]


def _join(rows: Sequence[Sequence[tuple[str, Place]]], between: str) -> _Joined:
    parts: list[str] = []
    cells: list[tuple[int, int, Place]] = []
    position = 0
    for row in rows:
        for text, place in row:
            cells.append((position, position + len(text), place))
            parts += (text, between)
            position += len(text) + len(between)
        parts.append("\n")
        position += 1
    return _Joined("".join(parts), cells)


def _across(joined: _Joined, find: Callable[[str], list[Finding]]) -> Iterator[Seam]:
    """The findings that more than one cell has a part in."""
    text, places = view(joined.text, [])
    findings = sorted(find(fold(text)), key=lambda found: found.start)
    first = 0
    for found in findings:
        start, end = places[found.start], places[found.end]
        while first < len(joined.cells) and joined.cells[first][1] <= start:
            first += 1
        touched: list[Place] = []
        for left, right, place in joined.cells[first:]:
            if left >= end:
                break
            part = view(joined.text[max(left, start) : min(right, end)], [])[0]
            if any(character.isalnum() for character in part):
                touched.append(place)
        if len(touched) > 1:
            yield Seam(found.label, tuple(touched))
