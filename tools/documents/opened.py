"""What is made of a document: its parts as text."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

LONGEST_NAME: Final = 1_024  # characters of a part's


class Form(StrEnum):
    """What a content is, whatever it is called."""

    TEXT = "text"
    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    ZIP = "zip"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is taken from one document, and what opening it may take.

    `unpacked` are bytes of all members of an archive, and `ratio` how many times more they may be than the
    archive. `memory` is in bytes, `seconds` are of the processor.
    """

    parts: int = 1_000
    characters: int = 2_000_000
    cells: int = 100_000
    unpacked: int = 100_000_000
    ratio: int = 100
    memory: int = 1 << 30
    seconds: int = 10


BOUNDS: Final = Bounds()


@dataclass(frozen=True, slots=True)
class Part:
    """A page, a sheet, a member: "" for what has but one."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Opened:
    """`cut` says what was left out because it was too much, and is empty where nothing was."""

    form: Form
    parts: tuple[Part, ...]
    cut: str = ""

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, value: Any) -> "Opened":
        """Of what `to_json` says. Raises `ValueError` for anything else."""
        match value:
            case {"form": str() as form, "parts": [*parts], "cut": str() as cut}:
                return cls(Form(form), tuple(map(_part, parts)), cut)
            case _:
                raise ValueError("this is no document")


def too_long(most: int) -> str:
    return f"only the first {most} characters are read"


def _part(value: Any) -> Part:
    match value:
        case {"name": str() as name, "text": str() as text}:
            return Part(name, text)
        case _:
            raise ValueError("this is no part")
