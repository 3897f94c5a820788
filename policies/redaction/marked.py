"""What is to be masked in a table, and the table once it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from policies.call import Column, Table
from policies.canonical import Json
from policies.injection.suspicion import Suspicion
from policies.redaction.masks import Mask, Masks
from policies.redaction.rendering import cell_text
from policies.redaction.spans import Span
from policies.redaction.tree import Place, Places, Wholes, rewritten
from policies.treatments import Treatments


@dataclass(frozen=True, slots=True)
class Findings:
    """Places and labels, and nothing of the values. No cell is in both.

    `whole` are cells that are masked as one, or withheld, and `spans` are of all others.
    """

    spans: Places
    whole: Wholes

    @property
    def weight(self) -> int:
        return (
            1
            + sum(map(len, self.whole.values()))
            + sum(len(spans) for texts in self.spans.values() for spans in texts)
        )


@dataclass(frozen=True, slots=True)
class Marked:
    """A clean table with what was found in it. `came` is the table as it was handed in.

    `hidden` counts the characters that were taken out of it; `suspicion`: its text addresses a model.
    """

    came: Table = field(repr=False)
    table: Table = field(repr=False)
    hidden: int
    findings: Findings
    suspicion: Suspicion

    def wanted(self, treatments: Treatments | None, *, refusing: bool = True) -> Sequence[tuple[str, str]]:
        """Label and text of all that is to have a pseudonym, as often as `masked` asks, and in its order.

        Raises `Denied` as `masked` does, with masks that are `refusing`.
        """
        noted: list[tuple[str, str]] = []
        self.masked(Masks(treatments, lambda label, text: noted.append((label, text)), refusing=refusing))
        return noted

    def masked(self, masks: Masks) -> tuple[Table, tuple[str, ...]]:
        """The table with its masks, and what the configuration calls the columns that it lacks.

        Raises `Denied` (rule `redaction`) where something is to be refused.
        """
        table, findings = self.table, self.findings
        out = {at: name for at, column in enumerate(table.columns) if (name := masks.leaves_out(column))}
        columns = list(table.columns)
        cells = [list(values) for values in zip(*table.rows, strict=True)] or [[] for _ in columns]
        for (at, label), rows in findings.whole.items():
            if at not in out:
                values = [cells[at][row] for row in rows]
                for row, masked in zip(rows, masks.whole(label, table.columns[at], values), strict=True):
                    cells[at][row] = masked
        within = {
            at: (masks.within(table.columns[at]), masks.within(table.columns[at], name=True))
            for at in {at for row, at in findings.spans if row >= 0}
        }
        headings = masks.within(None, name=True)
        for row, at in sorted(findings.spans):
            texts = findings.spans[row, at]
            if row < 0:
                name = str(rewritten(columns[at].name, texts, headings, headings))
                columns[at] = Column(name, columns[at].kind, columns[at].origins)
            elif at not in out:
                cells[at][row] = rewritten(cells[at][row], texts, *within[at])
        left = [at for at in range(len(columns)) if at not in out]
        return Table(
            tuple(columns[at] for at in left),
            tuple(zip(*(cells[at] for at in left), strict=True)) if left else ((),) * len(table.rows),
            table.truncated,
            table.cut_cells,
            table.next,
        ), tuple(dict.fromkeys(out.values()))


def value_at(table: Table, place: Place) -> Json:
    row, column = place
    return table.columns[column].name if row < 0 else table.rows[row][column]


def masked_whole(value: Json, label: str, mask: Mask) -> Json:
    text = value if isinstance(value, str) else cell_text(value)
    masked = mask(Span(0, len(text), label), text)
    return value if masked == text else masked or None


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
