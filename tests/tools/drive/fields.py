"""The parameter `fields`: which members an answer has."""

import re
from collections.abc import Mapping
from typing import Any, Final, cast

from tests.tools.drive.answers import Refused
from tests.tools.drive.spec import DriveSpec

Tree = dict[str, "Tree"]
"""What is asked for, by name; of one without any, all."""
_TOKEN: Final = re.compile(r"\s*([\w*]+|[,/()])\s*")


class Mask:
    """Raises `Refused` for one that can't be read, or that names what the answer never has."""

    def __init__(self, text: str, spec: DriveSpec, schema: Mapping[str, Any]) -> None:
        self._text = text
        self._tokens = _TOKEN.findall(text)
        if re.sub(r"\s", "", text) != "".join(self._tokens) or not self._tokens:
            raise self._refused(text)
        self._at = 0
        self.tree = self._list()
        if self._at < len(self._tokens):
            raise self._refused(text)
        self._check(self.tree, spec, schema)

    def of(self, value: Any) -> Any:
        return _picked(self.tree, value)

    def _list(self) -> Tree:
        found: Tree = {}
        while True:
            name, below = self._item()
            found.setdefault(name, {}).update(below)
            if self._next() != ",":
                return found
            self._at += 1

    def _item(self) -> tuple[str, Tree]:
        name = self._next()
        if not re.fullmatch(r"[\w*]+", name):
            raise self._refused(self._text)
        self._at += 1
        if self._next() == "/":
            self._at += 1
            below, beneath = self._item()
            return name, {below: beneath}
        if self._next() != "(":
            return name, {}
        self._at += 1
        inside = self._list()
        if self._next() != ")":
            raise self._refused(self._text)
        self._at += 1
        return name, inside

    def _next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _check(self, tree: Tree, spec: DriveSpec, schema: Mapping[str, Any]) -> None:
        members = spec.members(schema)
        for name, below in tree.items():
            if members is None or name == "*":
                continue
            if name not in members:
                raise self._refused(name)
            if below:
                self._check(below, spec, members[name])

    @staticmethod
    def _refused(what: str) -> Refused:
        return Refused(400, "invalidParameter", f"Invalid field selection {what}", "fields")


def _picked(tree: Tree, value: Any) -> Any:
    if not tree or "*" in tree:
        return value
    if isinstance(value, list):
        return [_picked(tree, each) for each in cast("Any", value)]
    if not isinstance(value, dict):
        return value
    found = cast("dict[str, Any]", value)
    return {name: _picked(below, found[name]) for name, below in tree.items() if name in found}
