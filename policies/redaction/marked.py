"""What is to be masked in a table, and the table once it is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from policies.call import Column, Table
from policies.canonical import Json
from policies.redaction.masks import Mask, Masks
from policies.redaction.rendering import cell_text
from policies.redaction.spans import Span
from policies.redaction.tree import Place, Places, rewritten
from policies.treatments import Treatments


@dataclass(frozen=True, slots=True)
class Findings:
    """Places and labels, and nothing of the values. `whole` are cells that are masked as one, or withheld."""

    spans: Places
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

    def wanted(self, treatments: Treatments | None, *, refusing: bool = True) -> Sequence[tuple[str, str]]:
        """Label and text of all that is to have a pseudonym, as often as it stands there: row by row.

        Raises `Denied` as `masked` does, with masks that are `refusing`.
        """
        noted: list[tuple[str, str]] = []
        self.masked(Masks(treatments, lambda label, text: noted.append((label, text)), refusing=refusing))
        return noted

    def masked(self, masks: Masks) -> tuple[Table, tuple[str, ...]]:
        """The table with its masks, and what the configuration calls the columns that it lacks.

        Raises `Denied` (rule `redaction`) where something is to be refused.
        """
        columns = self.table.columns
        out = {index: name for index, column in enumerate(columns) if (name := masks.leaves_out(column))}
        within = [(masks.within(column), masks.within(column, name=True)) for column in columns]
        headings = masks.within(None, name=True)

        def masked(place: Place) -> Json:
            row, column = place
            mask, of_names = (headings, headings) if row < 0 else within[column]
            value = value_at(self.table, place)
            if (label := self.findings.whole.get(place)) is not None:
                return masked_whole(value, label, mask)
            texts = self.findings.spans[place]
            if isinstance(value, str) and len(texts[0]) == 1 and texts[0][0].whole(value):
                return mask(texts[0][0], value) or None
            return rewritten(value, texts, mask, of_names)

        places = sorted({*self.findings.spans, *self.findings.whole})
        table = replaced(self.table, {at: masked(at) for at in places if at[0] < 0 or at[1] not in out})
        return _without(table, out), tuple(dict.fromkeys(out.values()))


def value_at(table: Table, place: Place) -> Json:
    row, column = place
    return table.columns[column].name if row < 0 else table.rows[row][column]


def masked_whole(value: Json, label: str, mask: Mask) -> Json:
    text = value if isinstance(value, str) else cell_text(value)
    masked = mask(Span(0, len(text), label), text)
    return value if masked == text else masked or None


def _without(table: Table, columns: Collection[int]) -> Table:
    if not columns:
        return table
    left = [index for index in range(len(table.columns)) if index not in columns]
    return Table(
        tuple(table.columns[index] for index in left),
        tuple(tuple(row[index] for index in left) for row in table.rows),
        table.truncated,
        table.cut_cells,
        table.next,
    )


def replaced(table: Table, values: Mapping[Place, Json]) -> Table:
    """The table with other values in some places."""
    if not values:
        return table
    columns = list(table.columns)
    rows: list[tuple[Json, ...]] = list(table.rows)
    changed: dict[int, list[Json]] = {}
    for (row, column), value in values.items():
        if row < 0:
            columns[column] = Column(str(value), columns[column].kind, columns[column].origins)
        else:
            changed.setdefault(row, list(rows[row]))[column] = value
    for row, cells in changed.items():
        rows[row] = tuple(cells)
    return Table(tuple(columns), tuple(rows), table.truncated, table.cut_cells, table.next)
