"""Findings that no cell holds alone: a key with a line in each row, a card in four columns (threat T27)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeAlias

from policies.call import Kind, Table
from policies.redaction.folding import fold
from policies.redaction.identifiers import CARDS, EMAILS, find_proven
from policies.redaction.linear import Joined, Screen
from policies.redaction.rendering import columns_of, json_texts, put_together
from policies.redaction.secrets import SCREENS, find_secrets
from policies.redaction.secrets.keys import SCREEN as KEYS
from policies.redaction.secrets.keys import find_keys
from policies.redaction.spans import Finding, Weight, blanked, each_blanked
from policies.redaction.tree import Place

_AROUND: Final = 8  # lines that a finding may begin before, or go on behind, what a screen touches
_BEHIND: Final = 8_192  # characters that it may go on: more than anything but a private key does


@dataclass(frozen=True, slots=True)
class Seam:
    """Cells that together hold something of the kind `label`."""

    label: str
    places: tuple[Place, ...]


_Cells: TypeAlias = Sequence[tuple[str, Place]]
"""The texts of the cells of one line, and where they come from."""

_PROVEN: Final = [*EMAILS.screens, *CARDS.screens]


@dataclass(slots=True)
class _Together:
    """A text put together from cells, and where each of them stands in it."""

    text: str
    cells: list[tuple[int, int, Place]]


def find_seams(table: Table, columns: Sequence[Sequence[str]]) -> list[Seam]:
    """What shows in either half of the answer, or along a row, and in no cell of it by itself.

    `columns` are those of the text half, as `columns_of` renders them.
    """
    texts = [index for index, column in enumerate(table.columns) if column.kind is Kind.TEXT]

    def shown(columns: Sequence[Sequence[str]]) -> Callable[[int], _Cells]:
        return lambda line: [(column[line], (line - 1, index)) for index, column in enumerate(columns)]

    def plain(row: int) -> _Cells:
        values = table.rows[row]
        return [(cell, (row, index)) for index in texts if isinstance(cell := values[index], str)]

    quoted = columns_of(table, json_texts)
    return [
        *_find(_blanked(columns, " | "), SCREENS, find_secrets, shown(columns), " | "),
        *_find(_blanked(quoted, ", "), SCREENS, find_secrets, shown(quoted), ", "),
        *_find(_rows_of_text(table, texts), _PROVEN, _proven, plain, " ", alone=True),
    ]


def _rows_of_text(table: Table, texts: Sequence[int]) -> Sequence[str]:
    """For each row its cells that hold text, apart by a space, with a blank for each mask."""
    cells = [[row[index] for index in texts] for row in table.rows]
    return each_blanked([" ".join([cell for cell in row if isinstance(cell, str)]) for row in cells])


def _blanked(columns: Sequence[Sequence[str]], between: str) -> list[str]:
    """The lines of the columns, with a blank for each mask."""
    return put_together([each_blanked(column) for column in columns], between)


def find_split_keys(table: Table) -> list[Seam]:
    """Private keys over several cells, down a column or along a row.

    For the table as it came: once a cell is masked by itself, the BEGIN of its key is gone.
    """
    whole = "\n".join([value for row in table.rows for value in row if isinstance(value, str)])
    if "PRIVATE KEY" not in whole and "PuTTY-User-Key" not in whole:
        return []
    texts: list[_Cells] = [
        [(value, (r, c)) for c, value in enumerate(row) if isinstance(value, str)]
        for r, row in enumerate(table.rows)
    ]
    columns: list[list[tuple[str, Place]]] = [[] for _ in table.columns]
    for row in texts:
        for value, (r, c) in row:
            columns[c].append((value, (r, c)))
    down: list[_Cells] = [[cell] for column in columns for cell in column]
    return [*_across(_together(down, ""), _keys), *_across(_together(texts, "\n"), _keys)]


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


def _find(
    lines: Sequence[str],
    screens: Sequence[Screen],
    find: Callable[[str], list[Finding]],
    cells: Callable[[int], _Cells],
    between: str,
    *,
    alone: bool = False,
) -> Iterator[Seam]:
    """What more than one cell of the lines has a part in. `cells` gives those of a line, by its number.

    A finding can begin some lines above what a screen touches, and go on below; or not, where each line is
    `alone`.
    """
    joined = Joined(lines if "".join(lines).isascii() else [fold(line) for line in lines])
    touched = {number for screen in screens for number in joined.touched(screen)}
    if touched and KEYS in screens and joined.touched(KEYS):
        touched |= set(range(len(lines)))  # a key is as long as it pleases
    windows = ((n, n + 1) for n in sorted(touched)) if alone else _windows(lines, sorted(touched))
    for start, stop in windows:
        yield from _across(_together(map(cells, range(start, stop)), between), find)


def _windows(lines: Sequence[str], touched: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Runs of lines, apart from each other, that hold the touched ones with enough above and below."""
    start = stop = 0
    for number in touched:
        if number - _AROUND > stop and stop:
            yield start, stop
            start = stop = 0
        start = start if stop else max(0, number - _AROUND)
        reach = min(len(lines), number + _AROUND + 1)
        size = sum(len(line) for line in lines[number:reach])
        while reach < len(lines) and size < _BEHIND:
            size += len(lines[reach])
            reach += 1
        stop = max(stop, reach)
    if stop:
        yield start, stop


def _together(rows: Iterable[_Cells], between: str) -> _Together:
    parts: list[str] = []
    cells: list[tuple[int, int, Place]] = []
    position = 0
    for row in rows:
        for text, place in row:
            plain = fold(blanked(text))
            cells.append((position, position + len(plain), place))
            parts += (plain, between)
            position += len(plain) + len(between)
        parts.append("\n")
        position += 1
    return _Together("".join(parts), cells)


def _across(together: _Together, find: Callable[[str], list[Finding]]) -> Iterator[Seam]:
    """The findings that more than one cell has a part in."""
    first = 0
    for found in sorted(find(together.text), key=lambda found: found.start):
        while first < len(together.cells) and together.cells[first][1] <= found.start:
            first += 1
        touched: list[Place] = []
        for left, right, place in islice(together.cells, first, None):
            if left >= found.end:
                break
            if any(map(str.isalnum, together.text[max(left, found.start) : min(right, found.end)])):
                touched.append(place)
        if len(touched) > 1:
            yield Seam(found.label, tuple(touched))
