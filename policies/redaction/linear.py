"""Regular expressions that run in linear time on any input: RE2 (threat T40).

The one place that knows the `re2` module. It has no look-around and no back-references: a condition on what
stands beside a match is a check in Python. Text has no lone surrogates: `characters.clean` sees to it.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final, Protocol, cast

import re2 as _untyped  # type: ignore[import-untyped]  # google-re2 ships no types

from policies.redaction.work import current, spend

re2: Any = _untyped

_NAME_OF_A_GROUP: Final = re.compile(r"\(\?P<\w+>")
_MATCH: Final = 2  # steps, of which a question is one
_STATES: Final = 1 << 26  # bytes that the states of several expressions at once may take


class _Found(Protocol):
    def span(self, group: int, /) -> tuple[int, int]: ...


class Match:
    """Where an expression matched. A group goes by number or name; one that took no part is at -1."""

    __slots__ = ("_found", "_names", "_text")

    def __init__(self, text: str, found: _Found, names: Mapping[str, int]) -> None:
        self._text = text
        self._found = found
        self._names = names

    def span(self, group: int | str = 0) -> tuple[int, int]:
        return self._found.span(self._names[group] if isinstance(group, str) else group)

    def start(self, group: int | str = 0) -> int:
        return self.span(group)[0]

    def end(self, group: int | str = 0) -> int:
        return self.span(group)[1]

    def __getitem__(self, group: int | str) -> str:
        """The text of the group; empty where it took no part."""
        start, end = self.span(group)
        return self._text[start:end] if start >= 0 else ""


class Pattern:
    """A compiled expression. With `fold_case`, letters match in either case."""

    __slots__ = ("_compiled", "_names", "expression")

    def __init__(self, expression: str, *, fold_case: bool = False) -> None:
        self.expression: Final = f"(?i:{expression})" if fold_case else expression
        options = re2.Options()
        options.log_errors = False
        options.case_sensitive = not fold_case
        self._compiled = re2.compile(expression, options)
        self._names = cast("Mapping[str, int]", self._compiled.groupindex)

    def has(self, group: str) -> bool:
        return group in self._names

    def find(self, text: str) -> Iterator[Match]:
        """The matches that do not overlap, from left to right."""
        meter = current()
        for found in self._compiled.finditer(_plain(text)):
            meter.spend(_MATCH)
            yield Match(text, found, self._names)

    def first(self, text: str) -> Match | None:
        spend()
        found = self._compiled.search(_plain(text))
        return None if found is None else Match(text, found, self._names)

    def whole(self, text: str) -> bool:
        spend()
        return self._compiled.fullmatch(_plain(text)) is not None


def escaped(text: str) -> str:
    """An expression for the text as it is."""
    return cast("str", re2.escape(text))


def fault(expression: str) -> str | None:
    """What is wrong with an expression; None for one that RE2 takes."""
    try:
        Pattern(expression)
    except (re2.error, UnicodeEncodeError) as error:
        said = error.args[0]
        return said.decode(errors="replace") if isinstance(said, bytes) else str(error)
    return None


class Joined:
    """Joined that are screened together: apart by a newline, as bytes, so that a place is a place."""

    __slots__ = ("_starts", "data", "texts")

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts: Final = texts
        self.data: Final = "\n".join(texts).encode()
        sizes = map(len, texts if self.data.isascii() else [text.encode() for text in texts])
        self._starts: Final = list(accumulate(sizes, lambda start, size: start + size + 1, initial=0))

    def touched(self, find: "Screen | Literals") -> set[int]:
        """The numbers of all texts in which something may match, and perhaps of some more."""
        touched: set[int] = set()
        number, starts = 0, self._starts
        while number < len(self.texts) and (span := find.after(self.data, starts[number])) is not None:
            while starts[number + 1] <= span[0]:
                number += 1
            touched.add(number)
            while starts[number + 1] < span[1]:
                number += 1
                touched.add(number)
            number += 1
        return touched


class Screen:
    """Several expressions as one: whether any of them may match, in a single pass.

    Never says no where one does match. Of many lines, each may be the beginning or the end. A text without
    `hint` has no match.
    """

    __slots__ = ("_compiled", "_hint")

    def __init__(self, patterns: Iterable[Pattern], hint: str = "") -> None:
        either = "|".join(f"(?:{pattern.expression})" for pattern in patterns)
        self._compiled = re2.compile("(?m)" + _NAME_OF_A_GROUP.sub("(?:", either), _screening())
        self._hint = hint.encode()

    def passes(self, text: str) -> bool:
        """Whether the text needs a closer look."""
        spend()
        data = text.encode()
        return self._hint in data and self._compiled.search(data) is not None

    def after(self, data: bytes, start: int) -> tuple[int, int] | None:
        """The first place from `start` on where one of the expressions matches."""
        spend()
        if data.find(self._hint, start) < 0:
            return None
        found = self._compiled.search(data, start)
        return None if found is None else found.span()


def _screening() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = _STATES
    return options


class Literals:
    """Words that are sought as they are, many at once."""

    __slots__ = ("_compiled",)

    _EACH: Final = 256

    def __init__(self, words: Collection[str]) -> None:
        options = _screening()
        options.longest_match = True
        ordered = sorted(words)
        self._compiled = [
            re2.compile("|".join(map(re2.escape, ordered[start : start + self._EACH])), options)
            for start in range(0, len(ordered), self._EACH)
        ]

    def after(self, data: bytes, start: int) -> tuple[int, int] | None:
        spans = [found.span() for each in self._compiled if (found := each.search(data, start)) is not None]
        return min(spans, default=None)

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the words stand, overlapping ones too: at each place the longest."""
        data = text.encode()
        for each in self._compiled:
            start = place = 0
            while (found := each.search(data, start)) is not None:
                spend(_MATCH)
                place += len(data[start : found.start()].decode(errors="ignore"))
                word = data[found.start() : found.end()].decode()
                yield place, place + len(word)
                start = found.start() + len(word[0].encode())
                place += 1


def _plain(text: str) -> str | bytes:
    """A text in ASCII as its bytes: there a place is a place, and the module need not count characters."""
    return text.encode() if text.isascii() else text
