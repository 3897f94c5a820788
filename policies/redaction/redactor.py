"""Raw -> Redacted: the one place where it is made."""

from collections.abc import Sequence
from typing import Final

from policies.call import Column, Json, Raw, Redacted, Table
from policies.errors import Denied
from policies.redaction.characters import origins
from policies.redaction.detector import Detector, Sample
from policies.redaction.masks import Masks
from policies.redaction.rendering import cell_text, render
from policies.redaction.seams import Place, Seam, find_seams, find_split_keys
from policies.redaction.spans import Span, substitute
from policies.redaction.tree import Cells, cleaned

_ROUNDS: Final = 3


class Redactor:
    """Made once: loading the language model takes a second or two. Never touches the network.

    Its methods may be called from several threads, and what they return depends on their argument alone.
    Raises `ConfigurationError` where the language model is missing.
    """

    def __init__(self) -> None:
        self._detector = Detector()

    def redact(self, raw: Raw) -> Redacted:
        """The table without personal data, secrets and hidden characters, and its text (threats T22, T27).

        Raises `Denied` (rule `redaction`) where a finding can't be placed in a cell: then nothing leaves.
        """
        table, hidden = cleaned(raw.table)
        masks = Masks()
        table = _mask_cells(table, find_split_keys(table), masks)
        cells = Cells(table)
        table = cells.masked(self._detector.find(cells.samples), masks)
        table = _without_seams(table, masks)
        call = raw.grant.plan.call
        return Redacted(
            grant=raw.grant,
            table=table,
            text=render(table, source=call.tool.source, call=call.id, masked=masks.counts, hidden=hidden),
            masked=dict(sorted(masks.counts.items())),
            hidden=hidden,
        )

    def examine(self, text: str) -> tuple[str, list[Span]]:
        """`text` with masks and without hidden characters, and what was masked.

        The spans are places of `text` as it is given: sorted, apart from each other.
        """
        plain, places = origins(text)
        masks = Masks()
        found = self._detector.find([Sample(plain)])[0]
        spans = [Span(places[span.start], places[span.end], span.label) for span in found]
        return substitute(plain, found, lambda span: masks.of(span, plain)), spans

    def spans(self, text: str) -> list[Span]:
        return self.examine(text)[1]

    def mask(self, text: str) -> str:
        return self.examine(text)[0]


def _without_seams(table: Table, masks: Masks) -> Table:
    """Masks cells that hold a finding only together: a card with four digits in each of four columns."""
    for _ in range(_ROUNDS):
        seams = find_seams(table)
        if not seams:
            return table
        table = _mask_cells(table, seams, masks)
    raise Denied(
        "What this source returned can't be masked cell by cell. Ask for fewer columns or rows.",
        rule="redaction",
    )


def _mask_cells(table: Table, seams: Sequence[Seam], masks: Masks) -> Table:
    labels: dict[Place, str] = {}
    for seam in seams:
        for place in seam.places:
            labels.setdefault(place, seam.label)
    if not labels:
        return table

    def masked(value: Json, place: Place) -> Json:
        label = labels.get(place)
        text = value if isinstance(value, str) else cell_text(value)
        return value if label is None else masks.of(Span(0, len(text), label), text)

    return Table(
        tuple(
            Column(str(masked(column.name, (-1, index))), column.kind)
            for index, column in enumerate(table.columns)
        ),
        tuple(
            tuple(masked(value, (number, index)) for index, value in enumerate(row))
            for number, row in enumerate(table.rows)
        ),
        table.truncated,
        table.cut_cells,
        table.next,
    )
