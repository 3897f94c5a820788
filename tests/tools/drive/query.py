"""The parameter `q`: which files are found. What this does not know is refused, as what Google does not.

After developers.google.com/workspace/drive/api/guides/ref-search-terms.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from tests.tools.drive.answers import invalid
from tests.tools.drive.world import File, Role, World, address

Match = Callable[["Found"], bool]
_TOKEN: Final = re.compile(
    r"""\s*(?:([(){}])|(!=|<=|>=|[=<>])|('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|([A-Za-z]\w*))"""
)
_COMPARED: Final[Mapping[str, Callable[[datetime, datetime], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Found:
    """A file that `login` may find."""

    file: File
    login: str
    world: World


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


class Query:
    """Raises `Refused`."""

    def __init__(self, text: str, roots: Mapping[str, str]) -> None:
        self._roots = roots
        self._tokens = _tokens(text)
        self._at = 0
        self.is_of_text = False
        self.matches = self._any() if text else _everything
        if self._at < len(self._tokens):
            raise invalid("q")

    def _any(self) -> Match:
        first = self._all()
        while self._takes("or"):
            first = _either(first, self._all())
        return first

    def _all(self) -> Match:
        first = self._one()
        while self._takes("and"):
            first = _both(first, self._one())
        return first

    def _one(self) -> Match:
        if self._takes("not"):
            if self._is("word", "not"):
                raise invalid("q")
            inner = self._one()
            return lambda found: not inner(found)
        token = self._take()
        if token.text == "(" and token.kind == "mark":
            inside = self._any()
            self._expect("mark", ")")
            return inside
        if token.kind == "value":
            self._expect("word", "in")
            return self._in(token.text, self._take("word").text)
        if token.kind != "word":
            raise invalid("q")
        return self._term(token.text)

    def _term(self, field: str) -> Match:
        match field:
            case "name":
                return self._of_name()
            case "fullText":
                self._expect("word", "contains")
                self.is_of_text = True
                return _of_text(self._take("value").text)
            case "mimeType":
                return self._of_type()
            case "modifiedTime" | "createdTime":
                return self._of_time(field)
            case "trashed" | "starred":
                return self._of_state(field)
            case "sharedWithMe":
                if self._is("operator", "="):
                    self._take()
                    self._expect("word", "true")
                return lambda found: found.file.owner != found.login
            case "properties" | "appProperties":
                return self._of_properties(field)
            case _:
                raise invalid("q")

    def _of_name(self) -> Match:
        sign = self._sign("contains", "=", "!=")
        value = self._take("value").text.casefold()
        if sign == "contains":
            return lambda found: _has_prefix(found.file.name, value)
        return lambda found: (found.file.name.casefold() == value) == (sign == "=")

    def _of_type(self) -> Match:
        sign = self._sign("contains", "=", "!=")
        value = self._take("value").text
        if sign == "contains":
            return lambda found: value in found.file.mime
        return lambda found: (found.file.mime == value) == (sign == "=")

    def _of_time(self, field: str) -> Match:
        compare = _COMPARED[self._sign(*_COMPARED)]
        wanted = _moment(self._take("value").text)
        created = field == "createdTime"
        return lambda found: compare(found.file.created if created else found.file.modified, wanted)

    def _of_state(self, field: str) -> Match:
        sign, value = "=", "true"
        if self._at < len(self._tokens) and self._tokens[self._at].kind == "operator":
            sign = self._sign("=", "!=")
            value = self._take("word").text.lower()
        if value not in {"true", "false"}:
            raise invalid("q")
        wanted = (value == "true") == (sign == "=")
        if field == "starred":
            return lambda found: found.file.starred == wanted
        return lambda found: found.world.is_trashed(found.file) == wanted

    def _of_properties(self, field: str) -> Match:
        for kind, text in (("word", "has"), ("mark", "{"), ("word", "key"), ("operator", "=")):
            self._expect(kind, text)
        key = self._take("value").text
        for kind, text in (("word", "and"), ("word", "value"), ("operator", "=")):
            self._expect(kind, text)
        value = self._take("value").text
        self._expect("mark", "}")
        if field == "properties":
            return lambda found: found.file.properties.get(key) == value
        return lambda found: found.file.app_properties.get(key) == value

    def _in(self, value: str, collection: str) -> Match:
        roots = self._roots
        match collection:
            case "parents":
                return lambda found: found.file.parent == (roots[found.login] if value == "root" else value)
            case "owners":
                return lambda found: address(found.file.owner) == _mail(value, found.login)
            case "writers" | "readers":
                least = Role.WRITER if collection == "writers" else Role.READER
                return lambda found: any(
                    each.grantee == _mail(value, found.login) and each.role >= least
                    for each in found.world.granted(found.file).values()
                )
            case _:
                raise invalid("q")

    def _sign(self, *among: str) -> str:
        text = self._take().text.lower()
        if text not in among:
            raise invalid("q")
        return text

    def _is(self, kind: str, text: str) -> bool:
        """Whatever the case of a word."""
        there = self._tokens[self._at : self._at + 1]
        return [(each.kind, each.text.lower()) for each in there] == [(kind, text)]

    def _takes(self, word: str) -> bool:
        there = self._is("word", word)
        self._at += there
        return there

    def _take(self, kind: str | None = None) -> _Token:
        if self._at >= len(self._tokens) or kind not in {None, self._tokens[self._at].kind}:
            raise invalid("q")
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, kind: str, text: str) -> None:
        if not self._is(kind, text):
            raise invalid("q")
        self._at += 1


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while text[at:].strip():
        token = _TOKEN.match(text, at)
        if token is None:
            raise invalid("q")
        at = token.end()
        kind = ("mark", "operator", "value", "word")[(token.lastindex or 1) - 1]
        told = str(token[token.lastindex or 1])
        found.append(_Token(kind, re.sub(r"\\(.)", r"\1", told[1:-1]) if kind == "value" else told))
    return found


def _everything(_found: Found) -> bool:
    return True


def _either(one: Match, other: Match) -> Match:
    return lambda found: one(found) or other(found)


def _both(one: Match, other: Match) -> Match:
    return lambda found: one(found) and other(found)


def _mail(value: str, login: str) -> str:
    return address(login) if value == "me" else value


def _moment(value: str) -> datetime:
    try:
        told = datetime.fromisoformat(value)
    except ValueError:
        raise invalid("q") from None
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def _has_prefix(name: str, wanted: str) -> bool:
    """Google finds the beginnings of a name's words alone."""
    return re.search(rf"(?<!\w){re.escape(wanted)}", name.casefold()) is not None


def _of_text(value: str) -> Match:
    """Whole words, all of them; within quotes in that order."""
    phrase = re.fullmatch(r'"(.*)"', value)
    wanted = [phrase[1].casefold()] if phrase else value.casefold().split()

    def matches(found: Found) -> bool:
        text = _text(found.file)
        return all(re.search(rf"(?<!\w){re.escape(each)}(?!\w)", text) for each in wanted)

    return matches


def _text(file: File) -> str:
    readable = file.is_native or file.mime.startswith("text/")
    content = file.content.decode("utf-8", "replace") if readable else ""
    return f"{file.name} {file.description} {content}".casefold()
