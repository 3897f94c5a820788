"""What is to be masked in a table, and the table once it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from policies.call import Column, Table
from policies.canonical import Json
from policies.redaction.masks import Masks
from policies.redaction.rendering import cell_text
from policies.redaction.spans import Span
from policies.redaction.tree import Mask, Place, Spans, rewritten


@dataclass(frozen=True, slots=True)
class Findings:
    """Places and labels, and nothing of the values. `whole` are cells that are masked as one."""

    spans: Spans
    whole: Mapping[Place, str]

    @property
    def weight(self) -> int:
        return 1 + len(self.whole) + sum(len(spans) for texts in self.spans.values() for spans in texts)


@dataclass(frozen=True, slots=True)
class Marked:
    """A clean table with what was found in it. `came` is the table as it was handed in.

    `hidden` counts the characters that were taken out of it.
    """

    came: Table = field(repr=False)
    table: Table = field(repr=False)
    hidden: int
    findings: Findings

    def found(self) -> Iterator[tuple[str, str]]:
        """Label and text of all that `masked` asks a mask for, in the same order: row by row, names first."""

        def note(span: Span, text: str) -> str:
            noted.append((span.label, text[span.start : span.end]))
            return ""

        for place in self._places():
            noted: list[tuple[str, str]] = []
            self._masked(place, note)
            yield from noted

    def masked(self, masks: Masks) -> Table:
        return replaced(self.table, {place: self._masked(place, masks.of) for place in self._places()})

    def _places(self) -> list[Place]:
        return sorted({*self.findings.spans, *self.findings.whole})

    def _masked(self, place: Place, mask: Mask) -> Json:
        value = value_at(self.table, place)
        if (label := self.findings.whole.get(place)) is not None:
            return masked_whole(value, label, mask)
        return rewritten(value, self.findings.spans[place], mask)


def value_at(table: Table, place: Place) -> Json:
    row, column = place
    return table.columns[column].name if row < 0 else table.rows[row][column]


def masked_whole(value: Json, label: str, mask: Mask) -> str:
    text = value if isinstance(value, str) else cell_text(value)
    return mask(Span(0, len(text), label), text)


def replaced(table: Table, values: Mapping[Place, Json]) -> Table:
    """The table with other values in some places."""
    if not values:
        return table
    columns = list(table.columns)
    rows: list[tuple[Json, ...]] = list(table.rows)
    changed: dict[int, list[Json]] = {}
    for (row, column), value in values.items():
        if row < 0:
            columns[column] = Column(str(value), columns[column].kind)
        else:
            changed.setdefault(row, list(rows[row]))[column] = value
    for row, cells in changed.items():
        rows[row] = tuple(cells)
    return Table(tuple(columns), tuple(rows), table.truncated, table.cut_cells, table.next)
