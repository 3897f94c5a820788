"""Regular expressions that run in linear time on any input: RE2 (threat T40).

The one place that knows the `re2` module. It has no look-around and no back-references: a condition on what
stands beside a match is a check in Python. Text has no lone surrogates: `characters.clean` sees to it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, cast

import re2 as _untyped  # type: ignore[import-untyped]  # google-re2 ships no types

re2: Any = _untyped


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

    __slots__ = ("_compiled", "_names")

    def __init__(self, expression: str, *, fold_case: bool = False) -> None:
        options = re2.Options()
        options.log_errors = False
        options.case_sensitive = not fold_case
        self._compiled = re2.compile(expression, options)
        self._names = cast("Mapping[str, int]", self._compiled.groupindex)

    def find(self, text: str) -> Iterator[Match]:
        """The matches that do not overlap, from left to right."""
        for found in self._compiled.finditer(_plain(text)):
            yield Match(text, found, self._names)

    def first(self, text: str) -> Match | None:
        found = self._compiled.search(_plain(text))
        return None if found is None else Match(text, found, self._names)

    def whole(self, text: str) -> bool:
        return self._compiled.fullmatch(_plain(text)) is not None


def _plain(text: str) -> str | bytes:
    """A text in ASCII as its bytes: there a place is a place, and the module need not count characters."""
    return text.encode() if text.isascii() else text
