"""The values of a table, one by one: what each is judged by, and the table again with its values changed."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, Protocol, TypeAlias

from policies.call import Column, Kind, Table
from policies.canonical import Json
from policies.pseudonyms import defused
from policies.redaction.characters import clean, is_clean
from policies.redaction.detector import Group
from policies.redaction.identifiers.cards import is_card
from policies.redaction.lineage import context_of
from policies.redaction.masks import Mask
from policies.redaction.names import NOWHERE, Context, Meaning, are_people, beside, meaning
from policies.redaction.secrets import is_credential
from policies.redaction.spans import Span, Spans, substitute
from policies.redaction.words import words_of
from policies.redaction.work import WITHHELD

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

Places: TypeAlias = dict[Place, tuple[tuple[Span, ...], ...]]
"""For each cell where anything was found: what was found in each of its texts, in the order of `Cells`."""

Wholes: TypeAlias = Mapping[tuple[int, str], Sequence[int]]
"""The rows of cells that are one finding as a whole, by column and label."""


class Visit(Protocol):
    """Is shown each text of a value, or each `name` of one, and says what stands in its place."""

    def __call__(self, text: str, context: Context, *, personal: bool, name: bool = False) -> str: ...


def cleaned(table: Table) -> tuple[Table, int]:
    """The table without hidden characters, in names, values and the keys of JSON, and how many there were.

    Nothing in it can be taken for a pseudonym either.
    """
    if _is_clean(table):
        return table, 0
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


def _is_clean(table: Table) -> bool:
    """Whether all of its text is clean, where all of it can be looked at as one."""
    types = {type(cell) for row in table.rows for cell in row}
    if types & {dict, list}:
        return False
    texts = [column.name for column in table.columns]
    texts += [cell for row in table.rows for cell in row if isinstance(cell, str)]
    whole = "\n".join(texts)
    return is_clean(whole) and defused(whole) == whole


_Key: TypeAlias = tuple[str, Meaning | None, bool]
"""All that the findings in a text depend on beside itself: what names it, and whether it is of a person."""


class Cells:
    """The texts of a clean table, and where they stand in it.

    A cell has one text, but for JSON, which has one for each of its keys and leaves.
    """

    def __init__(self, table: Table, known: Mapping[Place, str], most: float = math.inf) -> None:
        """Left out are cells whose label is `known`, and JSON that makes the texts more than `most`."""
        self._known = dict(known)
        self._left = most
        self._groups: dict[_Key, tuple[Context, dict[str, None]]] = {}
        self._columns: list[tuple[int, Sequence[Json], Mapping[type, _Key]]] = []
        self._cells: dict[Place, list[tuple[_Key, str]]] = {}
        rows: Sequence[Sequence[Json]] = table.rows
        if known:
            rows = [[None if (r, c) in known else v for c, v in enumerate(row)] for r, row in enumerate(rows)]
        columns: list[Sequence[Json]] = [*zip(*rows, strict=True)] or [()] * len(table.columns)
        contexts = _contexts(table, columns)
        key, value = _pairing(table)
        for index, column in enumerate(table.columns):
            _heading(column.name, self._collector((-1, index)))
            values, context = columns[index], contexts[index]
            if index == value and key is not None:
                for number, (name, cell) in enumerate(zip(columns[key], values, strict=True)):
                    named = (
                        Context(name, context.beside, label=context.label)
                        if isinstance(name, str)
                        else context
                    )
                    self._cell((number, index), cell, named, column.kind)
            elif {dict, list} & {type(cell) for cell in values}:
                for number, cell in enumerate(values):
                    self._cell((number, index), cell, context, column.kind)
            else:
                self._column(index, values, context, column.kind)

    @property
    def groups(self) -> list[Group]:
        return [
            Group(context, personal, tuple(texts))
            for (_, _, personal), (context, texts) in self._groups.items()
        ]

    def places(self, found: Sequence[Spans]) -> tuple[Places, Wholes]:
        """Where in the table that stands which was found in `groups`."""
        by_key = dict(zip(self._groups, found, strict=True))
        places: Places = {}
        wholes: dict[tuple[int, str], list[int]] = {}
        for (row, index), label in self._known.items():
            wholes.setdefault((index, label), []).append(row)
        for index, values, keys in self._columns:
            for kind, key in keys.items():
                spans = by_key[key]
                named = {text: label for text, found in spans.items() if (label := _of_all(text, found))}
                for number, cell in enumerate(values if spans else ()):
                    if type(cell) is not kind:
                        continue
                    text = cell if isinstance(cell, str) else str(cell)
                    if text in named:
                        wholes.setdefault((index, named[text]), []).append(number)
                    elif text in spans:
                        places[number, index] = (spans[text],)
        for place, texts in self._cells.items():
            spans_of = tuple(by_key[key].get(text, ()) for key, text in texts)
            if place[0] >= 0 and any(span.label == WITHHELD for spans in spans_of for span in spans):
                wholes.setdefault((place[1], WITHHELD), []).append(place[0])
            elif any(spans_of):
                places[place] = spans_of
        return places, wholes

    def _column(self, index: int, values: Sequence[Json], context: Context, kind: Kind) -> None:
        """A column of plain values, each looked at once."""
        form = None if _is_named(context) else _FORMS.get(kind)
        keys: dict[type, _Key] = {}
        texts = dict.fromkeys([cell for cell in values if isinstance(cell, str)])
        if form is not None:
            texts = dict.fromkeys(text for text in texts if not form.fullmatch(text))
        if texts:
            keys[str] = (
                self._add(NOWHERE, texts, personal=False) if kind is Kind.NAME else self._add(context, texts)
            )
        if form is None:
            for number in (int, float):
                if texts := dict.fromkeys(str(cell) for cell in values if type(cell) is number):
                    keys[number] = self._add(context, texts)
        if keys:
            self._columns.append((index, values, keys))

    def _cell(self, place: Place, value: Json, context: Context, kind: Kind) -> None:
        visit = self._collector(place)
        if kind is Kind.NAME and isinstance(value, str):
            visit(value, NOWHERE, personal=False)
            return
        if isinstance(value, dict | list):
            self._left -= _size(value)
            if self._left < 0:
                self._known[place] = WITHHELD
                return
        if isinstance(value, dict | list) or not _holds_no_text(kind, value) or _is_named(context):
            _value(value, context, visit)

    def _collector(self, place: Place) -> Visit:
        texts: list[tuple[_Key, str]] = []
        self._cells[place] = texts

        def collect(text: str, context: Context, *, personal: bool, name: bool = False) -> str:
            del name
            texts.append((self._add(context, {text: None}, personal=personal), text))
            return text

        return collect

    def _add(self, context: Context, texts: dict[str, None], *, personal: bool = True) -> _Key:
        key = (context.name, meaning(context), personal)
        if key in self._groups:
            self._groups[key][1].update(texts)
        else:
            self._groups[key] = context, dict(texts)
        return key


def _of_all(text: str, found: Sequence[Span]) -> str:
    """The label of the one finding that is all of the text, if there is one, and no secret."""
    return found[0].label if len(found) == 1 and found[0].whole(text) and not found[0].label.islower() else ""


def rewritten(value: Json, spans: Sequence[Sequence[Span]], mask: Mask, of_names: Mask) -> Json:
    """The value of a cell with what was found in each of its texts replaced, and in each of its keys."""
    each = iter(spans)

    def visit(text: str, context: Context, *, personal: bool, name: bool = False) -> str:
        del context, personal
        masked = of_names if name else mask
        return substitute(text, next(each), lambda span: masked(span, text))

    return _value(value, NOWHERE, visit)


def _heading(name: str, visit: Visit, label: str = "") -> str:
    context = Context(label=label) if label else NOWHERE
    return visit(name, context, personal=not _IDENTIFIER.fullmatch(name), name=True)


def _value(value: Json, context: Context, visit: Visit) -> Json:
    match value:
        case bool() | None:
            return value
        case str():
            masked = visit(value, context, personal=True)
            return masked if masked or not value else None
        case int() | float():
            text = str(value)
            masked = visit(text, context, personal=True)
            return value if masked == text else masked or None
        case list():
            return [_value(item, context, visit) for item in value]
        case dict():
            record = beside(value)
            within = (*context.within, context.name) if context.name else context.within
            return _object(
                [
                    (
                        _heading(key, visit, context.label),
                        _value(item, Context(key, record, within, context.label), visit),
                    )
                    for key, item in value.items()
                ]
            )


def _size(value: Json) -> int:
    """How many texts a value has at most: its keys, and what stands under them."""
    match value:
        case dict():
            return len(value) + sum(map(_size, value.values()))
        case list():
            return sum(map(_size, value))
        case _:
            return 1


def _object(pairs: Sequence[tuple[str, Json]]) -> Json:
    """The pairs as an object: keys that have become alike keep apart, so that nothing is dropped unseen."""
    result: dict[str, Json] = {}
    numbers: Counter[str] = Counter()  # else the thousandth of one name would be compared with all of them
    for key, item in pairs:
        name = key
        while name in result:
            numbers[key] += 1
            name = f"{key} ({numbers[key] + 1})"
        result[name] = item
    return result


def _contexts(table: Table, columns: Sequence[Sequence[Json]]) -> tuple[Context, ...]:
    record = beside(column.name for column in table.columns)
    contexts = [context_of(column, record) for column in table.columns]
    for index, column in enumerate(table.columns):
        values = [value for value in columns[index] if value is not None]
        if column.kind is Kind.NUMBER and values and all(is_card(str(value)) for value in values):
            contexts[index] = Context("card_number", record, label=contexts[index].label)
        elif meaning(contexts[index]) is None and are_people(v for v in values if isinstance(v, str)):
            contexts[index] = Context("full_name", record, label=contexts[index].label)
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
