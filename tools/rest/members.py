"""Members of a system's JSON by their types: what is not as its documentation says is refused."""

import re
from collections.abc import Collection, Mapping
from typing import Final

from policies.canonical import Json
from tools.rest.refusals import odd

Record = Mapping[str, Json]

_SHA: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def record(value: Json) -> Record:
    if not isinstance(value, dict):
        raise odd("a record is none")
    return value


def text(value: Record, name: str) -> str:
    found = value.get(name)
    if not isinstance(found, str):
        raise odd(f"{name} is no text")
    return found


def optional_text(value: Record, name: str) -> str | None:
    return None if value.get(name) is None else text(value, name)


def number(value: Record, name: str) -> int:
    found = value.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise odd(f"{name} is no number")
    return found


def key(value: Record, name: str = "id") -> str:
    """A number that stands for the record, as it is written in a path."""
    return str(number(value, name))


def flag(value: Record, name: str) -> bool:
    return value.get(name) is True


def word(value: Record, name: str, known: Collection[str]) -> str:
    """One of the words that the system has for it."""
    found = text(value, name)
    if found not in known:
        raise odd(f"{name} is a word that is not known")
    return found


def texts(value: Record, name: str) -> list[Json]:
    found = value.get(name)
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise odd(f"{name} is no list of texts")
    return found


def records(value: Record, name: str) -> list[Record]:
    found = value.get(name)
    if not isinstance(found, list):
        raise odd(f"{name} is no list")
    return [record(each) for each in found]


def person(value: Json) -> str | None:
    """The name of whoever it is; None for nobody."""
    return None if value is None else text(record(value), "name")


def people(value: Record, name: str) -> list[Json]:
    found = value.get(name, [])
    if not isinstance(found, list):
        raise odd(f"{name} is no list")
    return [person(each) for each in found]


def sha(found: str) -> str:
    """The id of a commit."""
    if not _SHA.fullmatch(found):
        raise odd("a commit's id is none")
    return found
