"""Raw -> Redacted: the one place where it is made."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from policies.call import Column, Raw, Redacted, Table
from policies.canonical import Json
from policies.errors import Denied
from policies.memory import Memory, digest
from policies.redaction.characters import origins
from policies.redaction.detector import Detector, ReadingNeeded, Sample
from policies.redaction.masks import Masks
from policies.redaction.rendering import cell_text, framed, lines_of
from policies.redaction.seams import Place, Seam, find_seams, find_split_keys
from policies.redaction.spans import Span, substitute
from policies.redaction.tree import Cells, cleaned

_ROUNDS: Final = 3
_REMEMBERED: Final = 1_000_000  # characters of answers
_FEW: Final = 256  # cells of a table that is recalled within microseconds
_VERY_FEW: Final = 16  # cells of a table that is masked within a millisecond, but for the model
_SHORT: Final = 1_000  # characters of the same


@dataclass(frozen=True, slots=True)
class _Masked:
    """A table as it may leave, and its lines as text: the same for equal tables, whoever asked."""

    table: Table
    lines: str = field(repr=False)
    counts: Mapping[str, int]
    hidden: int


class Redactor:
    """Made once: loading the language model takes a second or two. Never touches the network.

    Its methods may be called from several threads, and what they return depends on their argument alone.
    Raises `ConfigurationError` where the language model is missing.
    """

    def __init__(self) -> None:
        self._detector = Detector()
        self._known: Memory[_Masked] = Memory(_REMEMBERED, lambda masked: len(masked.lines) + 100)

    def redact(self, raw: Raw) -> Redacted:
        """The table without personal data, secrets and hidden characters, and its text (threats T22, T27).

        Raises `Denied` (rule `redaction`) where a finding can't be placed in a cell: then nothing leaves.
        """
        text = _written(raw.table)
        key = None if text is None else digest(text)
        masked = None if key is None else self._known.get(key)
        if masked is None:
            masked = self._mask(raw.table, reading=True)
            if key is not None:
                self._known.put(key, masked)
        return _redacted(raw, masked)

    def redact_at_once(self, raw: Raw) -> Redacted | None:
        """What `redact` returns, where that takes some millisecond at most; None where it may take more.

        So for a small table that is known already, or a very small one that the language model need not read.
        Raises `Denied` as `redact` does.
        """
        cells = len(raw.table.rows) * len(raw.table.columns)
        if cells > _FEW:
            return None
        text = _written(raw.table)
        if text is None:
            return None
        key = digest(text)
        masked = self._known.get(key)
        if masked is None:
            if cells > _VERY_FEW or len(text) > _SHORT:
                return None
            try:
                masked = self._mask(raw.table, reading=False)
            except ReadingNeeded:
                return None
            self._known.put(key, masked)
        return _redacted(raw, masked)

    def _mask(self, came: Table, *, reading: bool) -> _Masked:
        table, hidden = cleaned(came)
        masks = Masks()
        table = _mask_cells(table, find_split_keys(table), masks)
        cells = Cells(table)
        table = cells.masked(self._detector.find(cells.samples, reading=reading), masks)
        table = _without_seams(table, masks)
        return _Masked(table, lines_of(table), dict(sorted(masks.counts.items())), hidden)

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


def _redacted(raw: Raw, masked: _Masked) -> Redacted:
    call, counts, hidden = raw.grant.plan.call, masked.counts, masked.hidden
    return Redacted(
        grant=raw.grant,
        table=masked.table,
        text=framed(
            masked.lines,
            masked.table,
            source=call.tool.source,
            call=call.id,
            masked=counts,
            hidden=hidden,
        ),
        masked=counts,
        hidden=hidden,
    )


def _written(table: Table) -> str | None:
    """All that its redaction depends on; None for what is nested too deeply to be written down."""
    columns = [(column.name, column.kind) for column in table.columns]
    try:
        return json.dumps([columns, table.rows, table.truncated, table.cut_cells, table.next])
    except RecursionError:
        return None


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
