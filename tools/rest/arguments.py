"""What a call that acts was given, by its types: the schema of its tool has looked at them before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from policies.canonical import Json
from policies.errors import InvalidArgument


@dataclass(frozen=True, slots=True)
class Arguments:
    given: Mapping[str, Json]

    def has(self, name: str) -> bool:
        return self.given.get(name) is not None

    def text(self, name: str) -> str:
        """Empty where it is left out."""
        return str(self.given.get(name) or "")

    def line(self, name: str) -> str:
        """One line, without blanks around it, as systems keep a title. Raises `InvalidArgument`."""
        found = self.text(name).strip()
        if not found or not found.isprintable():
            raise InvalidArgument(f"{name}: write one line of text.")
        return found

    def texts(self, name: str) -> Sequence[str]:
        return [str(each) for each in cast("list[Json]", self.given.get(name) or [])]

    def number(self, name: str) -> int:
        return int(str(self.given[name]))

    def flag(self, name: str) -> bool:
        return self.given.get(name) is True
