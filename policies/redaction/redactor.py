"""Raw -> Redacted: the one place where it is made."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from policies.call import Kept, Raw, Redacted, Table
from policies.errors import Denied
from policies.injection.suspicion import CALM, Suspicion
from policies.memory import Memory, digest
from policies.recognizers import Recognizer
from policies.redaction.characters import origins
from policies.redaction.detector import Detector, Group, ReadingNeeded
from policies.redaction.identifiers.custom import finder_of
from policies.redaction.marked import Findings, Marked, masked_whole, replaced, value_at
from policies.redaction.masks import Masks, Pseudonyms
from policies.redaction.names import NOWHERE
from policies.redaction.portion import page, portion
from policies.redaction.rendering import cell_texts, columns_of, framed, lines_of, plain_texts, render
from policies.redaction.restored import Restored
from policies.redaction.seams import find_seams, find_split_keys, labelled
from policies.redaction.spans import Span, substitute
from policies.redaction.tree import Cells, Place, cleaned
from policies.redaction.work import (
    OF_AN_ANSWER,
    UNBOUNDED,
    WITHHELD,
    Budget,
    Meter,
    TooMuchWork,
    granted,
    metered,
)
from policies.results import Room
from policies.treatments import Treatments

_ROUNDS: Final = 3
_REMEMBERED: Final = 200_000  # findings
_TABLES: Final = 20_000  # small ones that hold nothing together
_FEW: Final = 256  # cells of a table that is recalled within a millisecond or two
_SMALL: Final = 20_000  # characters of the same
_VERY_FEW: Final = 16  # cells of a table that is looked through within a millisecond, but for the model
_TEXTS: Final = 20_000  # keys and values in the JSON of an answer
_SHORT: Final = 1_000  # characters of the same


@dataclass(frozen=True, slots=True)
class Answer:
    """A table as it may leave: what `Redacted` holds of it, and no proof of anything."""

    table: Table
    text: str
    masked: Mapping[str, int] = field(default_factory=dict[str, int])
    hidden: int = 0
    left_out: tuple[str, ...] = ()
    pseudonyms: int = 0
    suspicion: Suspicion = CALM
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """All that depends on a table alone."""

    findings: Findings
    suspicion: Suspicion


class Redactor:
    """Made once: loading the language model takes a second or two. Never touches the network.

    Its methods may be called from several threads, and what they return depends on their arguments alone.
    Raises `ConfigurationError` where the language model is missing.
    """

    def __init__(
        self,
        watch: Callable[[Table], Suspicion] | None = None,
        recognizers: Sequence[Recognizer] = (),
    ) -> None:
        """`watch` looks for text that addresses a model, in each table as it came. No mask depends on it.

        `recognizers` are the operator's own.
        """
        self._watch = watch
        self._detector = Detector(tuple(map(finder_of, recognizers)))
        self._known: Memory[_Known] = Memory(_REMEMBERED, lambda known: known.findings.weight)
        # Whether the texts of one that holds nothing together stand in its lines as they are.
        self._seamless: Memory[bool] = Memory(_TABLES)

    def mark(self, table: Table) -> Marked:
        """The table without hidden characters, and where personal data and secrets stand in it.

        Whoever asks, it is the same for equal tables.
        """
        text = _written(table)
        key = None if text is None else digest(text)
        known = None if key is None else self._known.get(key)
        clean, hidden = cleaned(table)
        if known is None:
            known = self._find(table, clean, granted(text or ""), reading=True)
            if key is not None:
                self._known.put(key, known)
        return Marked(table, clean, hidden, known.findings, known.suspicion)

    def mark_at_once(self, table: Table) -> Marked | None:
        """What `mark` returns, where that takes some millisecond at most; None where it may take more.

        So for a small table that is known already, or a very small one that the language model need not read.
        """
        cells = len(table.rows) * len(table.columns)
        if cells > _FEW:
            return None
        text = _written(table)
        if text is None or len(text) > _SMALL:
            return None
        key = digest(text)
        known = self._known.get(key)
        if known is None and (cells > _VERY_FEW or len(text) > _SHORT):
            return None
        clean, hidden = cleaned(table)
        if known is None:
            try:
                known = self._find(table, clean, granted(text), reading=False)
            except ReadingNeeded:
                return None
            self._known.put(key, known)
        return Marked(table, clean, hidden, known.findings, known.suspicion)

    @staticmethod
    def masks(treatments: Treatments | None, pseudonyms: Pseudonyms, *, refusing: bool) -> Masks:
        """For one answer, by the rules for its reader."""
        return Masks(treatments, pseudonyms, refusing=refusing)

    @staticmethod
    def bound(raw: Raw, answer: Answer) -> Redacted:
        """The answer to this call, which was made of this very result."""
        return Redacted(
            raw.grant,
            answer.table,
            answer.text,
            answer.masked,
            answer.hidden,
            answer.left_out,
            answer.pseudonyms,
            answer.suspicion,
            answer.kept,
        )

    def redact(
        self,
        raw: Raw,
        marked: Marked | None = None,
        masks: Masks | None = None,
        restored: Mapping[str, str] | None = None,
        room: Room | None = None,
    ) -> Redacted:
        """The table without personal data, secrets and hidden characters, and its text (threats T22, T27).

        `marked` is what `mark` returned for the table of `raw`, and is made if it is not given. `masks` says
        what stands in place of what was found. `restored` are the values that pseudonyms in the arguments
        stand for: found or not, none of them leaves. `room` is that of the answer.

        Raises `Denied` (rule `redaction`) for what the rules refuse, and where a finding can't be placed in a
        cell: then nothing leaves.
        """
        call = raw.grant.plan.call
        answer = self.answer(
            raw.table, call.tool.source, call.id, marked=marked, masks=masks, restored=restored, room=room
        )
        return self.bound(raw, answer)

    def answer(
        self,
        came: Table,
        source: str,
        call: str,
        *,
        marked: Marked | None = None,
        masks: Masks | None = None,
        restored: Mapping[str, str] | None = None,
        room: Room | None = None,
    ) -> Answer:
        """See `redact`. `source` and `call` are the names that its text is framed with."""
        marked = marked or self.mark(came)
        if marked.came is not came:
            raise ValueError("these findings are of another table")
        masks = masks or Masks()
        hiding = Restored(restored or {})
        table, left_out = marked.masked(masks)
        table, lines = self._without_seams(hiding.put_back(table), masks)
        table, lines, kept = portion(table, lines, room)
        counts = dict(sorted((masks.counts + hiding.counts).items()))
        text = framed(
            lines,
            table,
            source=source,
            call=call,
            masked=counts,
            hidden=marked.hidden,
            left_out=left_out,
            lacking=masks.lacking,
            withheld=masks.withheld,
            suspicion=marked.suspicion,
            kept=kept,
        )
        given = len(masks.given)
        return Answer(table, text, counts, marked.hidden, left_out, given, marked.suspicion, kept)

    def go_on(self, raw: Raw, start: int, characters: int) -> Redacted:
        """The rows from `start` of a result that was redacted when it was kept, as many as `characters` hold.

        It is rendered, and nothing is looked for in it again: a mask would not survive a second redaction.
        """
        table = page(raw.table, lines_of(columns_of(raw.table, cell_texts)), start, characters)
        call = raw.grant.plan.call
        text = render(table, source=call.tool.source, call=call.id, masked={}, hidden=0)
        return self.bound(raw, Answer(table, text))

    def _without_seams(self, table: Table, masks: Masks) -> tuple[Table, str]:
        """Masks cells that hold a finding only together: a card with four digits in each of four columns.

        The table and its lines.
        """
        for _ in range(_ROUNDS):
            text = _written(table) if len(table.rows) * len(table.columns) <= _FEW else None
            key = None if text is None or len(text) > _SMALL else digest(text)
            alike = None if key is None else self._seamless.get(key)
            columns = columns_of(table, plain_texts if alike else cell_texts)
            if alike is not None:
                return table, lines_of(columns)
            labels = labelled(find_seams(table, columns))
            if not labels:
                if key is not None:
                    self._seamless.put(key, columns == columns_of(table, plain_texts))
                return table, lines_of(columns)
            table = replaced(
                table,
                {
                    place: masked_whole(value_at(table, place), label, masks.part)
                    for place, label in sorted(labels.items())
                },
            )
        raise Denied(
            "What this source returned can't be masked cell by cell. Ask for fewer columns or rows.",
            rule="redaction",
        )

    def _find(self, came: Table, table: Table, budget: Budget, *, reading: bool) -> "_Known":
        """What is found in a clean table, and in the same as it came."""
        cells = Cells(table, _split_keys(table, Meter(budget.looking)), _TEXTS)
        found = self._detector.find(cells.groups, reading=reading, budget=budget)
        suspicion = CALM if self._watch is None else self._watch(came)
        return _Known(Findings(*cells.places(found)), suspicion)

    def examine(
        self, text: str, masks: Masks | None = None, budget: Budget = UNBOUNDED
    ) -> tuple[str, list[Span]]:
        """`text` with masks and without hidden characters, and what was found.

        The spans are places of `text` as it is given: sorted, apart from each other. Raises `Denied` for what
        `masks` refuses.
        """
        plain, places = origins(text)
        mask = (masks or Masks()).within(None)
        group = Group(NOWHERE, personal=True, texts=[plain])
        found = self._detector.find([group], budget=budget)[0].get(plain, ())
        spans = [Span(places[span.start], places[span.end], span.label) for span in found]
        return substitute(plain, found, lambda span: mask(span, plain)), spans

    def spans(self, text: str) -> list[Span]:
        return self.examine(text)[1]

    def kinds(self, text: str) -> frozenset[str]:
        """The labels of what is found in it. Raises `TooMuchWork` where it can't be looked through whole."""
        found = frozenset(span.label for span in self.examine(text, budget=OF_AN_ANSWER)[1])
        if WITHHELD in found:
            raise TooMuchWork
        return found

    def mask(self, text: str) -> str:
        """For what goes to a client beside an answer: withheld as a whole where that would take too much."""
        return self.examine(text, budget=granted(text))[0]


def _split_keys(table: Table, meter: Meter) -> dict[Place, str]:
    """The cells that hold a private key together; all, where too much in them looks like the parts of one."""
    try:
        with metered(meter):
            return labelled(find_split_keys(table))
    except TooMuchWork:
        return {
            (r, c): WITHHELD
            for r, row in enumerate(table.rows)
            for c, value in enumerate(row)
            if isinstance(value, str)
        }


def _written(table: Table) -> str | None:
    """All that its redaction depends on; None for what is nested too deeply to be written down."""
    columns = [
        (column.name, column.kind, [(o.table, o.column, o.label, o.changed, o.path) for o in column.origins])
        for column in table.columns
    ]
    try:
        return json.dumps([columns, table.rows, table.truncated, table.cut_cells, table.next])
    except RecursionError:
        return None
