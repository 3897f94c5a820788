"""The structure of a text that holds data: JSON, a table, `INSERT`, `COPY`, elements of XML, `name: value`.

A value that stands under a name is judged by that name, in a text as in a column.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from policies.redaction.linear import Match, Pattern
from policies.redaction.names import Context, are_people, beside, meaning
from policies.redaction.work import spend

_MAX_DEPTH: Final = 64


@dataclass(frozen=True, slots=True)
class Field:
    """`text[start:end]` is a value; `escaped` where JSON's escapes stand in it."""

    start: int
    end: int
    context: Context
    escaped: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The fields of a text. `whole`: nothing else in it is data, so that it need not be read as prose."""

    fields: tuple[Field, ...] = ()
    whole: bool = False


def layout(text: str) -> Layout:
    head = text.lstrip()[:1]
    if head and head in "{[" and (tree := _json(text)) is not None:
        return Layout(tuple(tree), whole=True)
    if "\n" in text and (table := _table(text)):
        return Layout(tuple(table), whole=True)
    return Layout((*_inserts(text), *_copied(text), *_elements(text), *_properties(text), *_pairs(text)))


# Of a text that is known to be JSON. Nothing in it can be tried twice, so that the standard library's engine
# is linear, and ten times as fast, here.
_TOKEN: Final = re.compile(
    r'(?P<string>"(?:[^"\\]++|\\.)*+")|(?P<scalar>-?[0-9][0-9.eE+-]*+|true|false|null)|(?P<mark>[{}\[\]:,])'
)
_HEADERS: Final = frozenset({"columns", "headers", "fields", "header", "cols"})
_ROWS: Final = frozenset({"rows", "data", "values", "records"})


@dataclass(slots=True)
class _Node:
    """A value of the tree and where it stands: of an object `keys` and `items`, of an array only `items`."""

    start: int
    end: int
    kind: str
    keys: list[str]
    items: list["_Node"]


def _json(text: str) -> list[Field] | None:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return None
    root = _parse(text)
    if root is None:
        return None
    fields: list[Field] = []
    _collect(text, root, Context(), fields)
    return fields


def _parse(text: str) -> _Node | None:
    """The tree of a text that is known to be JSON. None where it is too deep to walk."""
    root = _Node(0, 0, "[", [], [])
    stack = [root]
    key: list[str | None] = [None]
    pending: re.Match[str] | None = None
    for token in _TOKEN.finditer(text):
        mark = token["mark"]
        if pending is not None:
            if mark == ":":
                key[-1] = json.loads(pending[0])
                pending = None
                continue
            _add(stack[-1], key, _Node(pending.start() + 1, pending.end() - 1, '"', [], []))
            pending = None
        if token["string"]:
            pending = token
        elif token["scalar"]:
            _add(stack[-1], key, _Node(token.start(), token.end(), "0", [], []))
        elif mark and mark in "{[":
            if len(stack) > _MAX_DEPTH:
                return None
            node = _Node(token.start(), token.end(), mark, [], [])
            _add(stack[-1], key, node)
            stack.append(node)
            key.append(None)
        elif mark and mark in "}]":
            stack.pop()
            key.pop()
    if pending is not None:
        _add(root, key, _Node(pending.start() + 1, pending.end() - 1, '"', [], []))
    return root


def _add(parent: _Node, key: list[str | None], node: _Node) -> None:
    if parent.kind == "{":
        parent.keys.append(key[-1] or "")
        key[-1] = None
    parent.items.append(node)
    spend()


def _collect(text: str, node: _Node, context: Context, fields: list[Field]) -> None:
    if node.kind in {'"', "0"}:
        fields.append(Field(node.start, node.end, context, escaped=node.kind == '"'))
    elif node.kind == "[":
        for item in node.items:
            _collect(text, item, context, fields)
    else:
        record = beside(node.keys)
        within = (*context.within, context.name) if context.name else context.within
        table = _columnar(text, node)
        columns = beside(table)
        for key, item in zip(node.keys, node.items, strict=True):
            if table and key.lower() in _ROWS:
                for row in item.items:
                    for name, cell in zip(table, row.items, strict=False):
                        _collect(text, cell, Context(name, columns), fields)
            elif not (table and key.lower() in _HEADERS):
                _collect(text, item, Context(key, record, within), fields)


def _columnar(text: str, node: _Node) -> list[str]:
    """The header of {"columns": [...], "rows": [[...], ...]}."""
    by_key = dict(zip((key.lower() for key in node.keys), node.items, strict=True))
    header = next((by_key[key] for key in _HEADERS if key in by_key), None)
    rows = next((by_key[key] for key in _ROWS if key in by_key), None)
    if header is None or rows is None or not header.items or not rows.items:
        return []
    if any(item.kind != '"' for item in header.items) or any(row.kind != "[" for row in rows.items):
        return []
    return [text[item.start : item.end] for item in header.items]


_RULE: Final = Pattern(r"[|+: =-]*-[|+: =-]*")
_HEADING: Final = Pattern(r"[\p{L}_#][\p{L}\p{N}_ ./#'-]{0,39}(?:\([^()]{0,20}\))?")
_DELIMITERS: Final = ("|", "\t", ";", ",")


def _table(text: str) -> list[Field]:
    """A header and rows of as many cells, between delimiters or pipes; lines before and after are let be."""
    if not any(delimiter in text.lstrip().partition("\n")[0] for delimiter in _DELIMITERS):
        return []
    lines = [(start, line) for start, line in _lines(text) if line.strip()]
    if len(lines) < 2:
        return []
    for delimiter in _DELIMITERS:
        if delimiter not in lines[0][1]:
            continue
        header = [text[start:end].strip() for start, end in _cells(*lines[0], delimiter)]
        if len(header) < 2 or not all(_HEADING.whole(name) for name in header):
            continue
        rows: list[list[tuple[int, int]]] = []
        others: list[Field] = []
        for start, line in lines[1:]:
            if _RULE.whole(line):
                continue
            row = _cells(start, line, delimiter)
            if len(row) == len(header):
                rows.append(row)
            else:
                others.append(Field(start, start + len(line), Context()))
        if len(rows) * 2 >= len(lines) - 1:
            contexts = list(_columns(text, header, rows))
            cells = [
                Field(*cell, context) for row in rows for cell, context in zip(row, contexts, strict=True)
            ]
            return [*cells, *others]
    return []


def _columns(
    text: str, header: Sequence[str], rows: Sequence[Sequence[tuple[int, int]]]
) -> Iterator[Context]:
    record = beside(header)
    for name, *cells in zip(header, *rows, strict=True):
        context = Context(name, record)
        people = meaning(context) is None and are_people(text[start:end] for start, end in cells)
        yield Context("full_name", record) if people else context


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def _cells(start: int, line: str, delimiter: str) -> list[tuple[int, int]]:
    """Where the cells of a line stand, without the space and the quotes around them."""
    cells: list[tuple[int, int]] = []
    left = position = 0
    quotes = 0
    for piece in line.split(delimiter):
        position += len(piece)
        quotes += piece.count('"')
        if delimiter == "|" or quotes % 2 == 0 or position == len(line):
            cells.append(_trim(line, left, position))
            left = position + 1
        position += 1
    if delimiter == "|" and len(cells) > 2:
        if line.lstrip().startswith("|"):
            cells = cells[1:]
        if line.rstrip().endswith("|"):
            cells = cells[:-1]
    return [(start + left, start + right) for left, right in cells]


def _trim(line: str, left: int, right: int) -> tuple[int, int]:
    while left < right and line[left].isspace():
        left += 1
    while left < right and line[right - 1].isspace():
        right -= 1
    if right - left > 1 and line[left] == line[right - 1] == '"':
        return left + 1, right - 1
    return left, right


_INSERT: Final = Pattern(r"\binsert\s+into\s+\S+?\s*\(([^()]{1,900})\)\s*values\b", fold_case=True)
_LITERAL: Final = Pattern(r"'((?:[^'\\]|\\.|'')*)'|([(),;])|([^\s(),;']+)")


def _inserts(text: str) -> Iterator[Field]:
    if "values" not in text.lower():
        return
    statements = list(_INSERT.find(text))
    for index, match in enumerate(statements):
        names = [name.strip(' \t\n"`[]') for name in match[1].split(",")]
        record = beside(names)
        limit = statements[index + 1].start() if index + 1 < len(statements) else len(text)
        column = 0
        for literal in _LITERAL.find(text[match.end() : limit]):
            if literal[2] == "(":
                column = 0
            elif literal[2] == ",":
                column += 1
            elif literal[2] == ";":
                break
            elif not literal[2]:
                start, end = literal.span(1) if literal.start(1) >= 0 else literal.span(3)
                if column < len(names):
                    yield Field(match.end() + start, match.end() + end, Context(names[column], record))


_COPY: Final = Pattern(r"\bcopy\s+\S+?\s*\(([^()]{1,900})\)\s*from\s+stdin[^;\n]*;[ \t]*\n", fold_case=True)


def _copied(text: str) -> Iterator[Field]:
    """The rows of a dump by pg_dump: cells between tabs, up to a line of `\\.`."""
    if "stdin" not in text.lower():
        return
    for match in _COPY.find(text):
        names = [name.strip(' \t\n"') for name in match[1].split(",")]
        record = beside(names)
        for start, line in _lines(text[match.end() :]):
            if line.startswith("\\."):
                break
            left = match.end() + start
            for name, cell in zip(names, line.split("\t"), strict=False):
                if cell != "\\N":
                    yield Field(left, left + len(cell), Context(name, record))
                left += len(cell) + 1


_TAG: Final = Pattern(
    r"<(?P<end>/?)(?:[A-Za-z_][\w.-]{0,40}:)?(?P<name>[A-Za-z_][\w.-]{0,60})(?:\s[^<>]{0,500})?(?P<empty>/?)>"
)
_CDATA: Final = ("<![CDATA[", "]]>")


def _elements(text: str) -> Iterator[Field]:
    """What stands between the tags of an element of XML that holds no other."""
    if "</" not in text:
        return
    tags = list(_TAG.find(text))
    record = beside(tag["name"] for tag in tags)
    open_names: list[str] = []
    for tag, after in pairwise(tags):
        if tag["end"]:
            if tag["name"] in open_names:
                del open_names[len(open_names) - 1 - open_names[::-1].index(tag["name"]) :]
        elif not tag["empty"]:
            if after["end"] and after["name"] == tag["name"]:
                left, right = _trim(text, tag.end(), after.start())
                if text.startswith(_CDATA[0], left) and text.endswith(_CDATA[1], left, right):
                    left, right = left + len(_CDATA[0]), right - len(_CDATA[1])
                if left < right:
                    yield Field(left, right, Context(tag["name"], record, tuple(open_names)))
            if len(open_names) < _MAX_DEPTH:
                open_names.append(tag["name"])


_LABEL: Final = r"\p{L}[\p{L}\p{N}_.-]{0,40}(?: \p{L}[\p{L}\p{N}_-]{0,20}){0,3}?"
_PAIR: Final = Pattern(
    rf"(?:^|[\s{{(,;\[|\"'*])(?P<name>{_LABEL})[\"'*]{{0,3}} ?(?:"
    r"(?:=|:=|=>|:)[ \t]{0,8}(?:\"(?P<double>[^\"\n]{1,512})\"|'(?P<single>[^'\n]{1,512})')"
    r"|(?:=|:=|=>)[ \t]{0,8}(?P<word>[^\s\"'{\[(;|<>&,][^\s\"';|{}<>&,]*)"
    # To the end of the line, but not into the pair after it.
    r"|:[*]{0,2}[ \t]{0,8}(?P<line>[^\s\"'{\[(;|<>*][^\s\"';|{}<>=]*(?: [^\s\"';|{}<>=:]+)*))"
)
_VALUES: Final = ("double", "single", "word", "line")


def _pairs(text: str) -> Iterator[Field]:
    """`name: value` and `name="value"`: names of lines with no empty one between stand together."""
    if ":" not in text and "=" not in text:
        return
    block: list[tuple[int, str, Match]] = []
    for start, line in _lines(text):
        if not line.strip():
            yield from _block(block)
            block.clear()
        elif ":" in line or "=" in line:
            block += ((start, line, match) for match in _PAIR.find(line))
    yield from _block(block)


def _block(pairs: Sequence[tuple[int, str, Match]]) -> Iterator[Field]:
    record = beside(match["name"] for _, _, match in pairs)
    for start, line, match in pairs:
        left, right = match.span(next(name for name in _VALUES if match.start(name) >= 0))
        right = left + len(line[left:right].rstrip(" ,.;)]"))
        if left < right:
            yield Field(start + left, start + right, Context(match["name"], record))


_PROPERTY: Final = Pattern(r"(?:^|\n)(?P<name>[A-Z][A-Z-]{0,20})(?:;[^:\n]{0,200})?:(?P<value>[^\n]{1,512})")


def _properties(text: str) -> Iterator[Field]:
    """The lines of a vCard (RFC 6350)."""
    if "BEGIN:VCARD" in text:
        for match in _PROPERTY.find(text):
            yield Field(*match.span("value"), Context(match["name"]))


def decode(raw: str) -> tuple[str, list[int]]:
    """The text of the inside of a JSON string, and where in it each character, and the end, comes from."""
    parts: list[str] = []
    origins: list[int] = []
    position = 0
    while position < len(raw):
        length = 1
        if raw[position] == "\\":
            length = 6 if raw[position + 1 : position + 2] == "u" else 2
            high = raw[position : position + length].lower()
            if (
                high[:4] in {r"\ud8", r"\ud9", r"\uda", r"\udb"}
                and raw[position + 6 : position + 8].lower() == r"\u"
            ):
                length = 12
        piece = raw[position : position + length]
        text: str = json.loads(f'"{piece}"') if piece[0] == "\\" else piece
        parts.append(text)
        origins += [position] * len(text)
        position += length
    return "".join(parts), [*origins, len(raw)]
