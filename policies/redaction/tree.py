"""The values of a table, one by one: what each is judged by, and the table again with its values changed."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final, Protocol, TypeAlias

from policies.call import Column, Kind, Table
from policies.canonical import Json
from policies.pseudonyms import defused
from policies.redaction.characters import clean
from policies.redaction.detector import Sample
from policies.redaction.identifiers.cards import is_card
from policies.redaction.lineage import context_of
from policies.redaction.masks import Mask
from policies.redaction.names import NOWHERE, Context, are_people, meaning
from policies.redaction.secrets import is_credential
from policies.redaction.spans import Span, substitute
from policies.redaction.words import words_of

MAX_DEPTH: Final = 64
TOO_DEEP: Final = "[nested too deeply to be checked]"

# The forms of values that hold no text. SQLite keeps any text in a column of any declared type: the form of
# the value decides, not the declaration alone.
_FORMS: Final = {
    Kind.NUMBER: re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?|NaN|[+-]?Infinity"),
    Kind.BOOLEAN: re.compile(r"true|false|t|f|0|1"),
    Kind.TIME: re.compile(r"[0-9T:. +Z/-]{1,40}|-?infinity|P[0-9.YMWDTHS-]{1,40}"),
    Kind.UUID: re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    Kind.BINARY: re.compile(r"(?:\\x|0x)?[0-9a-fA-F]*"),
}  # fmt: skip
_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")
_KEY_COLUMNS: Final = frozenset(
    {
        "key",
        "name",
        "setting",
        "parameter",
        "param",
        "option",
        "variable",
        "property",
        "attribute",
        "field",
        "config",
    }
)
_VALUE_COLUMNS: Final = frozenset({"value", "val", "content", "data"})

Place: TypeAlias = tuple[int, int]
"""Row and column. Row -1 holds the names of the columns."""

Spans: TypeAlias = Mapping[Place, tuple[tuple[Span, ...], ...]]
"""For each cell where anything was found: what was found in each of its texts, in the order of `Cells`."""


class Visit(Protocol):
    """Is shown each text of a value, and says what stands in its place."""

    def __call__(self, sample: Sample, *, name: bool = False) -> str: ...


def cleaned(table: Table) -> tuple[Table, int]:
    """The table without hidden characters, in names, values and the keys of JSON, and how many there were.

    Nothing in it can be taken for a pseudonym either.
    """
    hidden = 0

    def strip(text: str) -> str:
        nonlocal hidden
        found = clean(text)
        hidden += found.hidden
        return defused(found.text)

    def walk(value: Json, depth: int) -> Json:
        match value:
            case str():
                return strip(value)
            case dict() | list() if depth >= MAX_DEPTH:
                return TOO_DEEP
            case dict():
                return _object([(strip(key), walk(item, depth + 1)) for key, item in value.items()])
            case list():
                return [walk(item, depth + 1) for item in value]
            case _:
                return value

    columns = tuple(Column(strip(column.name), column.kind, column.origins) for column in table.columns)
    rows = tuple(tuple(walk(cell, 0) for cell in row) for row in table.rows)
    return Table(columns, rows, table.truncated, table.cut_cells, table.next), hidden


class Cells:
    """The texts of a clean table, each a sample, in the order in which they are read.

    A cell has one text, but for JSON, which has one for each of its keys and leaves. `besides` are left out.
    """

    def __init__(self, table: Table, besides: Collection[Place] = ()) -> None:
        self._table = table
        self._contexts = _contexts(table)
        self._key, self._value = _pairing(table)
        self._texts: dict[Place, list[Sample]] = {}
        for column in range(len(table.columns)):
            heading: list[Sample] = []
            _heading(table.columns[column].name, _collector(heading))
            self._texts[-1, column] = heading
        for number, row in enumerate(table.rows):
            for column in range(len(row)):
                if (number, column) not in besides:
                    samples: list[Sample] = []
                    self._cell(row, column, _collector(samples))
                    if samples:
                        self._texts[number, column] = samples
        self.samples = tuple(dict.fromkeys(sample for each in self._texts.values() for sample in each))
        """Each once."""

    def places(self, found: Sequence[Sequence[Span]]) -> Spans:
        """Where in the table that stands which was found in `samples`."""
        spans = {sample: tuple(each) for sample, each in zip(self.samples, found, strict=True) if each}
        if not spans:
            return {}
        return {
            place: tuple(spans.get(sample, ()) for sample in samples)
            for place, samples in self._texts.items()
            if any(sample in spans for sample in samples)
        }

    def _cell(self, row: tuple[Json, ...], index: int, visit: Visit) -> None:
        value, context = row[index], self._contexts[index]
        kind = self._table.columns[index].kind
        if index == self._value and self._key is not None and isinstance(name := row[self._key], str):
            context = Context(name, context.beside, label=context.label)
        if kind is Kind.NAME and isinstance(value, str):
            visit(Sample(value, personal=False))
        elif isinstance(value, dict | list) or not _holds_no_text(kind, value) or _is_named(context):
            _value(value, context, visit)


def _collector(samples: list[Sample]) -> Visit:
    def collect(sample: Sample, *, name: bool = False) -> str:
        del name
        samples.append(sample)
        return sample.text

    return collect


def rewritten(value: Json, spans: Sequence[Sequence[Span]], mask: Mask, of_names: Mask) -> Json:
    """The value of a cell with what was found in each of its texts replaced, and in each of its keys."""
    each = iter(spans)

    def visit(sample: Sample, *, name: bool = False) -> str:
        masked = of_names if name else mask
        return substitute(sample.text, next(each), lambda span: masked(span, sample.text))

    return _value(value, NOWHERE, visit)


def _heading(name: str, visit: Visit, label: str = "") -> str:
    context = Context(label=label) if label else NOWHERE
    return visit(Sample(name, context, personal=not _IDENTIFIER.fullmatch(name)), name=True)


def _value(value: Json, context: Context, visit: Visit) -> Json:
    match value:
        case bool() | None:
            return value
        case str():
            masked = visit(Sample(value, context))
            return masked if masked or not value else None
        case int() | float():
            text = str(value)
            masked = visit(Sample(text, context))
            return value if masked == text else masked or None
        case list():
            return [_value(item, context, visit) for item in value]
        case dict():
            beside = frozenset(value)
            within = (*context.within, context.name) if context.name else context.within
            return _object(
                [
                    (
                        _heading(key, visit, context.label),
                        _value(item, Context(key, beside, within, context.label), visit),
                    )
                    for key, item in value.items()
                ]
            )


def _object(pairs: Sequence[tuple[str, Json]]) -> Json:
    """The pairs as an object: keys that have become alike keep apart, so that nothing is dropped unseen."""
    result: dict[str, Json] = {}
    for key, item in pairs:
        name, number = key, 2
        while name in result:
            name, number = f"{key} ({number})", number + 1
        result[name] = item
    return result


def _contexts(table: Table) -> tuple[Context, ...]:
    names = frozenset(column.name for column in table.columns)
    contexts = [context_of(column, names) for column in table.columns]
    for index, column in enumerate(table.columns):
        values = [row[index] for row in table.rows if row[index] is not None]
        if column.kind is Kind.NUMBER and values and all(is_card(str(value)) for value in values):
            contexts[index] = Context("card_number", names, label=contexts[index].label)
        elif meaning(contexts[index]) is None and are_people(v for v in values if isinstance(v, str)):
            contexts[index] = Context("full_name", names, label=contexts[index].label)
    return tuple(contexts)


def _pairing(table: Table) -> tuple[int | None, int | None]:
    """The two columns of a table of settings: one holds the name of what the other holds."""
    names = [words_of(column.name) for column in table.columns]
    keys = [index for index, words in enumerate(names) if words and words[-1] in _KEY_COLUMNS]
    values = [index for index, words in enumerate(names) if words and words[-1] in _VALUE_COLUMNS]
    return (keys[0], values[0]) if keys and values else (None, None)


def _holds_no_text(kind: Kind, value: str | float | None) -> bool:
    if value is None or isinstance(value, bool):
        return True
    form = _FORMS.get(kind)
    if form is None:
        return False
    return not isinstance(value, str) or form.fullmatch(value) is not None


def _is_named(context: Context) -> bool:
    found = meaning(context)
    return (found is not None and found.certain) or is_credential(context.name)
